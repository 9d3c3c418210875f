import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

test('the story with six programs killed in it leaves the books of the undisturbed one', async () => {
  const root = join(__dirname, '../..');
  const command = ['--import', 'tsx', 'dev/chaos.ts', 'story', '--kills', '6', '--seed', '1', '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: root });
  expect(JSON.parse(stdout)).toMatchObject({ differences: [], kills: 6, books_equal: true });
}, 900_000);
