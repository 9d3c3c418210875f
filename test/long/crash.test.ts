import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silent } from '../../dev/progress';
import { type Stack, startStack } from '../../dev/stack';
import { Api } from '../../dev/story/api';
import { World } from '../../dev/story/world';
import { type CrashPoint, firedFile, pointsFile } from '../support/crashing';
import { expectedStory, playStory } from '../support/play';

/* An engine of its own, whose worker is killed (SIGKILL) at each of these points, the first time the story passes it. */

const points: CrashPoint[] = [
  // Between a provider's effect and its report.
  { name: 'buyer-at-np', in: 'screenBuyer', at: 'answered' },
  { name: 'month-at-np', in: 'registerTransaction', at: 'answered' },
  { name: 'month-booked', in: 'registerTransaction', at: 'done' },
  { name: 'card-committed', in: 'authoriseFirst', at: 'answered', of: 'ST02-00101-101' },
  { name: 'card-captured', in: 'chargeChunk', at: 'answered', of: 'ST02-00201-101' },
  { name: 'debit-told-np', in: 'directDebitActive', at: 'answered' },
  { name: 'mail-at-resend', at: 'answered', of: '/emails' },
  // Inside a local activity.
  { name: 'order-confirming', in: 'confirmOrder', at: 'commit' },
  { name: 'order-held', in: 'holdOrder', at: 'committed' },
  { name: 'at-rest', in: 'rest', at: 'committed', nth: 9 },
  // During an update: taken in by the validator and acted on, its caller without an answer.
  { name: 'update', in: 'acceptCancellation', at: 'committed' },
  // In the middle of a chunk of a month.
  { name: 'month-opened', in: 'registerPeriodChunk', at: 'committed', nth: 2 },
  { name: 'drafting', in: 'draftChunk', at: 'commit' },
  { name: 'drafted', in: 'draftChunk', at: 'committed' },
  { name: 'billing-asked', in: 'requestBillingChunk', at: 'answered' },
  { name: 'mirroring', in: 'mirrorChunk', at: 'commit' },
  { name: 'mirrored', in: 'mirrorChunk', at: 'committed' },
  { name: 'debits-booked', in: 'bookDebitResults', at: 'committed' },
  // The store's days and its clock.
  { name: 'day', in: 'workStoreDays', at: 'committed' },
  { name: 'clock-stepping', in: 'stepClock', at: 'commit', nth: 3 },
  { name: 'clock-stepped', in: 'stepClock', at: 'committed', nth: 5 },
];

const folder = mkdtempSync(join(tmpdir(), 'shimebi-crash-'));
let stack: Stack;
beforeAll(async () => {
  process.env.CRASH_FOLDER = folder;
  writeFileSync(pointsFile(folder), JSON.stringify(points));
  const programs = {
    simulators: 'simulators/server.ts',
    worker: 'test/support/crashing-worker.ts',
    api: 'api/main.ts',
  };
  stack = await startStack({ mode: 'test', log: silent, programs });
}, 120_000);
afterAll(async () => {
  await stack?.stop();
  rmSync(folder, { recursive: true });
});

test('the story while the worker is killed at each point: the same events, and outside each effect once', async () => {
  const world = await World.create(stack, { now: '2026-10-01' });
  expect(await playStory(world)).toEqual(expectedStory());

  expect(points.map(({ name }) => name).filter((name) => !existsSync(firedFile(folder, name)))).toEqual([]);
  const { np, sbps } = await world.effectsOutside();
  for (const [id, { registered }] of Object.entries(np)) expect([id, registered <= 1]).toEqual([id, true]);
  for (const { commits, captures } of sbps) expect(Math.max(commits, captures)).toBeLessThanOrEqual(1);
  const incidents = await new Api(stack.apiUrl, world.keyOf('operator')).get<{ data: unknown[] }>('/v1/incidents');
  expect(incidents.data).toEqual([]);
}, 900_000);
