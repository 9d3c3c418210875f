import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import fc from 'fast-check';
import type { Deps } from '../../activities/lib/deps';
import { type DispatchRow, enqueue } from '../../books/lib/outbox';
import { restBook } from '../../activities/store/rest';
import { type Instant, instant } from '../../domain/calendar';
import { instantOut } from '../../prisma/db';
import { openTestDb } from '../activities/close/store';
import { rows } from '../support/books';
import { newWorld } from '../support/engine/engine';
import { runs } from '../support/property-runs';
import { type Hop, dueAfter, type relay } from './relay';
import { type OwnWorker, startOwnWorker } from './own-worker';

/**
 * A simulated clock moves on only once its store has settled. The test sends random graphs of signals, commands and alarms between
 * relays, which sometimes continue as new, while POST /v1/clock/advance moves the clock.
 */

const RELAYS = 3;
const TEN = instant('2026-10-05T10:00:00+09:00');
const NOON = instant('2026-10-05T12:00:00+09:00');
const MONTHS_LATER = instant('2027-02-01T00:00:00+09:00');

const db = openTestDb();
const taskQueue = `settling-${randomUUID()}`;
let client: Client;
let worker: OwnWorker;

interface HopLog {
  /** Name, business time and clock time of each hop, in the order in which the hops are made. */
  hops: { name: string; at: Instant; clock: Instant }[];
  /** Rows that the hops leave out of their transactions. With null, each hop writes its rows, as it must. */
  leftOut: DispatchRow[] | null;
}
const logs = new Map<string, HopLog>();

/** A workflow id in a form that the dispatch loop knows. */
const idOf = (storeId: string, n: number) => `order/relay-${storeId}-${n}`;

function rowOf(storeId: string, at: Instant, hop: Hop): DispatchRow {
  const to = { storeId, id: `hop/${hop.name}`, target: idOf(storeId, hop.relay), at: dueAfter(at, hop) };
  return hop.how === 'update'
    ? { ...to, kind: 'update', name: 'asked', payload: { hop, by: 'staff' } }
    : { ...to, kind: 'signal', name: 'passed', payload: { hop } };
}

const activities = {
  rest: restBook({ db } as Deps).rest,
  async makeHop({ storeId, at, hop }: { storeId: string; at: Instant; hop: Hop }) {
    const log = logs.get(storeId)!;
    const following = hop.next.filter(({ how }) => how !== 'alarm').map((next) => rowOf(storeId, at, next));
    await db.$transaction(async (tx) => {
      const { nowAt } = await tx.clock.findUniqueOrThrow({ where: { storeId } });
      if (log.leftOut) log.leftOut.push(...following);
      else await enqueue(tx, ...following);
      // Before the commit, because the following hops may be made right after it.
      log.hops.push({ name: hop.name, at, clock: instantOut(nowAt) });
    });
  },
};

beforeAll(async () => {
  worker = await startOwnWorker('relay.ts', { taskQueue, activities });
  client = worker.client;
});

afterAll(async () => {
  await worker.stop();
  await db.$disconnect();
});

/** Runs a graph in its own store until noon. @returns the hops made, and the rows and waits still open when the clock is ready */
async function runGraph(graph: Hop[], leftOut: DispatchRow[] | null = null) {
  const world = await newWorld(TEN);
  const { storeId } = world;
  const log: HopLog = { hops: [], leftOut };
  logs.set(storeId, log);
  const handles = await Promise.all(
    Array.from({ length: RELAYS }, (_, n) =>
      client.workflow.start<typeof relay>('relay', {
        taskQueue,
        workflowId: idOf(storeId, n),
        workflowTaskTimeout: '5s',
        args: [{ storeId, clock: 'simulated', at: TEN, messageId: 'start', until: MONTHS_LATER }],
      }),
    ),
  );
  await db.$transaction((tx) => enqueue(tx, ...graph.map((hop) => rowOf(storeId, TEN, hop))));
  await world.until(NOON);
  const made = [...log.hops];
  const open = await rows<{ id: string }>(
    `SELECT id FROM dispatch WHERE store_id = $1 AND processed_at IS NULL
     UNION ALL SELECT workflow_id FROM waits WHERE store_id = $1 AND due_at <= $2`,
    [storeId, NOON],
  );
  await Promise.all(handles.map(({ workflowId }) => client.workflow.getHandle(workflowId).terminate()));
  logs.delete(storeId);
  return { made, open };
}

/** Each hop of the graph with the instant at which it must be made. */
function planOf(graph: Hop[], from: Instant = TEN): HopLog['hops'] {
  return graph.flatMap((hop) => {
    const at = dueAfter(from, hop);
    return [{ name: hop.name, at, clock: at }, ...planOf(hop.next, at)];
  });
}

type Unnamed = Omit<Hop, 'name' | 'next'> & { next: Unnamed[] };

const named = (graph: Unnamed[], path = 'hop'): Hop[] =>
  graph.map((hop, i) => ({ ...hop, name: `${path}.${i}`, next: named(hop.next, `${path}.${i}`) }));

const { hop: anyHop } = fc.letrec<{ hop: Unnamed }>((tie) => ({
  hop: fc.record({
    relay: fc.nat(RELAYS - 1),
    how: fc.constantFrom('signal' as const, 'update' as const, 'alarm' as const),
    minutes: fc.constantFrom(0, 0, 1, 2, 3),
    anew: fc.constantFrom('no' as const, 'no' as const, 'before' as const, 'after' as const),
    next: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      fc.constant<Unnamed[]>([]),
      fc.array(tie('hop'), { minLength: 1, maxLength: 3 }),
    ),
  }),
}));
/** The first hops come from outside, so they are signals or commands and never alarms. */
const graphs = fc
  .array(anyHop, { minLength: 1, maxLength: 4 })
  .map((graph) => named(graph.map((hop) => (hop.how === 'alarm' ? { ...hop, how: 'signal' } : hop))));

const inTime = (hops: HopLog['hops']) => hops.every(({ at }, i) => i === 0 || hops[i - 1]!.at <= at);
const byName = (hops: HopLog['hops']) => [...hops].sort((a, b) => (a.name < b.name ? -1 : 1));

test('each hop is made once, at its instant in business time and clock time, and after every hop due earlier', async () => {
  const counted = { hops: 0, anew: 0 };
  await fc.assert(
    fc.asyncProperty(graphs, async (graph) => {
      const { made, open } = await runGraph(graph);
      expect(byName(made)).toEqual(byName(planOf(graph)));
      expect(inTime(made)).toBe(true);
      expect(open).toEqual([]);
      counted.hops += made.length;
      counted.anew += JSON.stringify(graph).split(/"anew":"(?:before|after)"/).length - 1;
    }),
    runs(8, 40),
  );
  // Graphs of one or two hops would prove nothing.
  expect(counted.hops).toBeGreaterThan(12);
  expect(counted.anew).toBeGreaterThan(2);
});

test('the clock does not wait for a message sent outside the transaction, and this test detects it', async () => {
  const last: Unnamed = { relay: 1, how: 'signal', minutes: 0, anew: 'no', next: [] };
  const graph = named([{ ...last, relay: 0, next: [last] }]);
  expect((await runGraph(graph)).made).toEqual(planOf(graph));
  const leftOut: DispatchRow[] = [];
  expect((await runGraph(graph, leftOut)).made).toEqual(planOf(graph).slice(0, 1));
  expect(leftOut).toHaveLength(1);
});
