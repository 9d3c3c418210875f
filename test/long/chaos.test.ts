import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** CI has about four minutes for it: six kills, and every fault of the outside. Thirty take six or seven: docs/operations.md. */
const KILLS = 6;

test('the story with programs killed in it and every provider misbehaving leaves the books of the undisturbed one', async () => {
  const root = join(__dirname, '../..');
  const command = ['--import', 'tsx', 'dev/chaos.ts', 'story', '--kills', String(KILLS), '--seed', '1', '--json'];
  // A run that differs ends with 1 and has said how on its last line.
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
