import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { settled } from '../../dev/chaos/play';
import { outcomeOf } from '../../dev/chaos/verdict';
import { silent } from '../../dev/services/progress';
import { type Stack, startStack } from '../../dev/services/stack';
import { Api } from '../../dev/story/api';
import { InHouseStory } from '../../dev/story/in-house';
import { World } from '../../dev/story/world';
import { type CrashPoint, firedFile, pointsFile } from '../support/processes/crashing/crashing';
import { expectedStory, playStory } from '../support/play';

/* Each test starts its own engine. Worker and API are killed (SIGKILL) at each of these points, the first time it is passed. */

const pointsOfStory: CrashPoint[] = [
  // Between a fact and its dispatch: nothing is committed, or everything is and nothing has been delivered.
  { name: 'order-accepting', in: 'POST /v1/orders', at: 'commit' },
  { name: 'order-accepted', in: 'POST /v1/orders', at: 'committed' },
  { name: 'cancellation-accepted', in: 'POST /v1/orders/:id/cancellations', at: 'committed' },
  { name: 'close-approved', in: 'POST /v1/closes/2026-10/approve', at: 'committed' },
  // Between an effect at a provider and its booking.
  { name: 'buyer-at-np', in: 'screenBuyer', at: 'answered' },
  { name: 'month-at-np', in: 'registerTransaction', at: 'answered' },
  { name: 'month-booked', in: 'registerTransaction', at: 'done' },
  { name: 'card-committed', in: 'authoriseFirst', at: 'answered', of: 'ST02-00101-101' },
  { name: 'card-captured', in: 'chargeChunk', at: 'answered', of: 'ST02-00201-101' },
  { name: 'debit-reported-to-np', in: 'directDebitActive', at: 'answered' },
  { name: 'mail-at-resend', at: 'answered', of: '/emails' },
  // Inside a local activity.
  { name: 'order-confirming', in: 'confirmOrder', at: 'commit' },
  { name: 'order-held', in: 'holdOrder', at: 'committed' },
  // One statement, which has no commit of its own.
  { name: 'at-rest', in: 'rest', at: 'done', nth: 3 },
  // During an update: it was accepted and acted on, but its caller has no answer.
  { name: 'update', in: 'acceptCancellation', at: 'committed' },
  // In the middle of a chunk of a month.
  { name: 'month-opened', in: 'registerPeriodChunk', at: 'committed', nth: 2 },
  { name: 'drafting', in: 'draftChunk', at: 'commit' },
  { name: 'drafted', in: 'draftChunk', at: 'committed' },
  { name: 'billing-requested', in: 'requestBillingChunk', at: 'answered' },
  { name: 'mirroring', in: 'mirrorChunk', at: 'commit' },
  { name: 'mirrored', in: 'mirrorChunk', at: 'committed' },
  { name: 'debits-booked', in: 'bookDebitResults', at: 'committed' },
  // The store's days and its clock.
  { name: 'day', in: 'workStoreDays', at: 'committed' },
  { name: 'clock-stepping', in: 'stepClock', at: 'commit', nth: 3 },
  { name: 'clock-stepped', in: 'stepClock', at: 'committed', nth: 5 },
];

/** In the chunk that assigns the numbers of an in-house month, and among the mails that follow from it. */
const pointsOfClose: CrashPoint[] = [
  { name: 'own-numbers-taken', in: 'issueChunk', at: 'commit' },
  { name: 'own-invoices-issued', in: 'issueChunk', at: 'committed' },
  { name: 'own-invoice-at-resend', at: 'answered', of: '/emails', nth: 2 },
];

/** Where one run of a workflow ends and where the next begins. The worker starts a new run after each step. */
const atNewRuns = (...types: string[]): CrashPoint[] =>
  types.flatMap((type) => [
    { name: `${type}-ends`, in: type, at: 'ends' },
    { name: `${type}-begun`, in: type, at: 'begun' },
  ]);

const folder = mkdtempSync(join(tmpdir(), 'shimebi-crash-'));
let stack: Stack | undefined;
beforeAll(() => void (process.env.CRASH_FOLDER = folder));
afterEach(() => stack?.stop());
afterAll(() => rmSync(folder, { recursive: true }));

async function startCrashing(points: CrashPoint[], worker = 'test/support/processes/crashing/worker.ts'): Promise<Stack> {
  for (const { name } of points) rmSync(firedFile(folder, name), { force: true });
  writeFileSync(pointsFile(folder), JSON.stringify(points));
  const programs = { simulators: 'simulators/server.ts', worker, api: 'test/support/processes/crashing/api.ts' };
  return (stack = await startStack({ mode: 'test', log: silent, programs }));
}

const notPassed = (points: CrashPoint[]) =>
  points.map(({ name }) => name).filter((name) => !existsSync(firedFile(folder, name)));

/** Faults of a store that has settled: each list must be empty. */
async function faultsOf(at: Stack, world: World) {
  const { doubled, lost, stuck } = await outcomeOf(at, world);
  return { doubled, lost, stuck };
}
const noFaults = { doubled: [], lost: [], stuck: [] };

test('the story with worker and API killed at each point has the same events, and each effect at a provider once', async () => {
  const engine = await startCrashing(pointsOfStory);
  const world = await World.create(engine, { now: '2026-10-01' });
  expect(await playStory(world)).toEqual(expectedStory());
  await settled(world);
  expect(notPassed(pointsOfStory)).toEqual([]);
  expect(await faultsOf(engine, world)).toEqual(noFaults);
}, 900_000);

test('the story with the worker killed where runs end and begin has the same events, and each effect at a provider once', async () => {
  const points = atNewRuns('order', 'account', 'directDebit', 'clock');
  const engine = await startCrashing(points, 'test/support/processes/crashing/anew-worker.ts');
  const world = await World.create(engine, { now: '2026-10-01' });
  expect(await playStory(world)).toEqual(expectedStory());
  await settled(world);
  expect(notPassed(points)).toEqual([]);
  expect(await faultsOf(engine, world)).toEqual(noFaults);
}, 900_000);

test('the in-house story with the worker killed likewise has the same events, and each effect at a provider once', async () => {
  const points = atNewRuns('order', 'directDebit', 'debitRun');
  const engine = await startCrashing(points, 'test/support/processes/crashing/anew-worker.ts');
  const world = await World.create(engine, { now: '2026-10-01', settlement: 'in_house' });
  expect(await playStory(world, new InHouseStory(world))).toEqual(expectedStory('story.in-house.jsonl'));
  await settled(world);
  expect(notPassed(points)).toEqual([]);
  expect(await faultsOf(engine, world)).toEqual(noFaults);
}, 900_000);

test('an in-house close with the worker killed during its chunk has numbers without a gap, and sends each mail once', async () => {
  const engine = await startCrashing(pointsOfClose);
  const world = await World.create(engine, { now: '2026-10-05T10:00:00+09:00', settlement: 'in_house' });
  const plan = await world.plan('A', '商品A', 30_000);
  const buyers = ['aoba', 'budou', 'chiyo'];
  for (const reference of buyers) await orderOf(world, reference, plan);
  await world.until('2026-11-04T10:00:00+09:00');
  await world.as('finance').post('/v1/closes/2026-10/approve', {});
  await world.until('2026-11-06T10:00:00+09:00');
  expect(notPassed(pointsOfClose)).toEqual([]);
  expect(await faultsOf(engine, world)).toEqual(noFaults);

  const { data } = await world.as('finance').get<{ data: { number: string }[] }>('/v1/invoices?period=2026-10');
  expect(data.map(({ number }) => number).sort()).toEqual(['INV-2026-000001', 'INV-2026-000002', 'INV-2026-000003']);
  const { emails } = await new Api(engine.resendUrl).get<{ emails: { to: string[] }[] }>('/control/emails');
  expect(emails.map(({ to }) => to[0]).sort()).toEqual(buyers.map((reference) => `keiri@${reference}.example.jp`));
}, 300_000);

async function orderOf(world: World, reference: string, plan: string): Promise<void> {
  const { accountId } = await world.buyer({
    reference,
    company: `株式会社${reference}`,
    kana: 'カブシキガイシャテスト',
    representative: '試験 太郎',
    address: '東京都渋谷区渋谷一丁目2番3号',
    email: `keiri@${reference}.example.jp`,
  });
  const order = {
    account_id: accountId,
    payment: { method: 'bank_transfer' },
    lines: [{ plan_id: plan, quantity: 1 }],
  };
  await world.as('storefront').post('/v1/orders', order, { prefer: 'wait=10' });
}
