import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * Six kills and every fault of the providers take about four minutes in CI. Thirty kills take six or seven (docs/operations.md).
 */
const KILLS = 6;

test('the story with killed programs and misbehaving providers leaves the same books as the undisturbed story', async () => {
  const root = join(__dirname, '../..');
  const command = ['--import', 'tsx', 'dev/chaos.ts', 'story', '--kills', String(KILLS), '--seed', '1', '--json'];
  // A run with differences exits with 1. Its last line describes them.
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: root }).catch(
    (e: { stdout: string }) => e,
  );
  expect(JSON.parse(stdout)).toMatchObject({
    differences: [],
    never_filed: [],
    kills: KILLS,
    books_equal: true,
    double_effects: 0,
    lost: 0,
    stuck: 0,
  });
}, 900_000);
