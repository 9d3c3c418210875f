import { randomUUID } from 'node:crypto';
import { type Client, type WorkflowHandle, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { type Instant, instant, instantOfMs } from '../../domain/calendar';
import type { Rest } from '../../workflows/contracts/activities';
import { type KeeperStart, keeper, noted, ordered, selective } from './keeper';
import { type OwnWorker, startOwnWorker } from './own-worker';

/**
 * How every workflow receives messages, waits and is repaired. Runs workflows/lib/life.ts on the real server with activities of
 * this test.
 */

const taskQueue = `life-${randomUUID()}`;
const OCTOBER_5 = instant('2026-10-05T10:00:00+09:00');
const at = (time: string): Instant => instant(`2026-10-05T${time}:00+09:00`);

/** A record of what the workflow under test has done. */
class Observed {
  readonly kept: { at: string; text: string }[] = [];
  readonly begun: string[] = [];
  readonly rests: Rest[] = [];
  readonly incidents: string[] = [];
  readonly resolved: { id: string; how: string }[] = [];
  /** How many times keeping this text fails permanently. */
  readonly failing = new Map<string, number>();
  /** Keeping this text waits for the promise. */
  readonly gates = new Map<string, Promise<void>>();

  get texts(): string[] {
    return this.kept.map(({ text }) => text);
  }
  get acknowledged(): string[] {
    return this.rests.flatMap(({ processed }) => processed);
  }
}

const observed = new Map<string, Observed>();
const of = (storeId: string): Observed => observed.get(storeId)!;

let client: Client;
let worker: OwnWorker;

beforeAll(async () => {
  worker = await startOwnWorker('keeper.ts', {
    taskQueue,
    activities: {
      async keep({ storeId, at, text }: { storeId: string; at: string; text: string }) {
        const seen = of(storeId);
        seen.begun.push(text);
        await seen.gates.get(text);
        const left = seen.failing.get(text) ?? 0;
        if (left > 0) {
          seen.failing.set(text, left - 1);
          throw ApplicationFailure.nonRetryable(`${text} can't be kept`, 'ProviderRejected');
        }
        seen.kept.push({ at, text });
      },
      async rest(input: Rest) {
        of(input.storeId).rests.push(input);
      },
      async openIncident({ storeId, id }: { storeId: string; id: string }) {
        of(storeId).incidents.push(id);
      },
      async resolveIncident({ storeId, id, how }: { storeId: string; id: string; how: string }) {
        of(storeId).resolved.push({ id, how });
      },
    },
  });
  client = worker.client;
});

afterAll(async () => {
  await worker.stop();
});

/** Waits for a condition, never for a time. */
async function until(what: string, holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 15_000; !holds();) {
    if (Date.now() > deadline) throw new Error(`timed out after 15 s; expected: ${what}`);
    await new Promise((wake) => setTimeout(wake, 5));
  }
}

/** Starts a workflow in its own store and waits until it rests. Its deadline is 18:00 by default. */
async function begin(options: { type?: typeof keeper | typeof selective } & Partial<KeeperStart> = {}) {
  const { type = keeper, ...input } = options;
  const storeId = `sto_${randomUUID()}`;
  const seen = new Observed();
  observed.set(storeId, seen);
  const start: KeeperStart = {
    storeId,
    clock: 'simulated',
    at: OCTOBER_5,
    messageId: 'start',
    until: at('18:00'),
    ...input,
  };
  const handle: WorkflowHandle<typeof keeper | typeof selective> = await client.workflow.start(type, {
    taskQueue,
    workflowId: `life/${storeId}`,
    workflowTaskTimeout: '5s',
    args: [start],
  });
  await until('at rest', () => seen.rests.length > 0);
  const signal = (text: string, messageId = text, time = '11:00') =>
    handle.signal(noted, { messageId, at: at(time), text });
  const order = (text: string, messageId = text, time = '11:00') =>
    handle.executeUpdate(ordered, { updateId: messageId, args: [{ messageId, at: at(time), by: 'staff', text }] });
  const decide = (incident: string, how: 'retry' | 'skip' | { resolveAs: string }, messageId: string = randomUUID()) =>
    handle.executeUpdate('repair', {
      updateId: messageId,
      args: [{ messageId, at: at('12:00'), by: 'staff', incident, how }],
    });
  const length = async () => (await handle.fetchHistory()).events!.length;
  return { handle, seen, signal, order, decide, length };
}

test('a signal or command sent twice takes effect once', async () => {
  const { seen, signal, order, handle } = await begin();
  await signal('a');
  await signal('a');
  await order('b');
  await order('b');
  await order('stop');
  await handle.result();
  expect(seen.texts).toEqual(['a', 'b', 'stop']);
});

test('messages that arrive during a step wait their turn, and each takes effect at its own instant', async () => {
  const { seen, signal, order, handle } = await begin();
  let open = () => {};
  seen.gates.set('a', new Promise((resolve) => (open = resolve)));
  await signal('a', 'a', '11:00');
  await until('a is being kept', () => seen.begun.includes('a'));
  await order('b', 'b', '11:30');
  await signal('earlier', 'earlier', '10:30');
  await order('stop', 'stop', '11:45');
  expect(seen.texts).toEqual([]);
  open();
  await handle.result();
  // Business time never goes back: a message with an earlier instant takes effect now.
  expect(seen.kept).toEqual([
    { at: at('11:00'), text: 'a' },
    { at: at('11:30'), text: 'b' },
    { at: at('11:30'), text: 'earlier' },
    { at: at('11:45'), text: 'stop' },
  ]);
});

test('continue-as-new carries the queue, the ids already seen and the acknowledgements still owed', async () => {
  const { seen, signal, handle } = await begin();
  await signal('a');
  let open = () => {};
  seen.gates.set('begin anew', new Promise((resolve) => (open = resolve)));
  await signal('begin anew', 'm1', '12:00');
  await until('it is about to continue as new', () => seen.begun.includes('begin anew'));
  await signal('b', 'm2', '12:30');
  await signal('stop', 'm3', '12:45');
  await signal('a');
  open();
  expect(await client.workflow.getHandle(handle.workflowId).result()).toBe(at('12:45'));
  expect(seen.texts).toEqual(['a', 'begin anew', 'b', 'stop']);
  expect(new Set(seen.acknowledged)).toEqual(new Set(['start', 'a', 'm1', 'm2', 'm3']));
});

test('a command that the validator rejects returns the reason and leaves no event in the history', async () => {
  const { handle, seen, order, length } = await begin();
  await expect(order('the impossible', 'asked before')).rejects.toThrow();
  const before = await length();
  const refused = await order('the impossible').catch((e: unknown) => e);
  expect(refused).toBeInstanceOf(WorkflowUpdateFailedError);
  expect((refused as WorkflowUpdateFailedError).cause).toMatchObject({
    type: 'Refusal',
    details: [{ code: 'conflict' }],
  });
  expect(await length()).toBe(before);
  await order('stop');
  await handle.result();
  expect(seen.texts).toEqual(['stop']);
});

test('a command that arrives during a step is validated at the next rest, and its sender is notified', async () => {
  const { handle, seen, signal, order } = await begin();
  let open = () => {};
  seen.gates.set('a', new Promise((resolve) => (open = resolve)));
  await signal('a');
  await until('a is being kept', () => seen.begun.includes('a'));
  await order('the impossible', 'm1');
  await order('b', 'm2');
  open();
  await until('it is rejected', () => seen.acknowledged.includes('m1'));
  expect(seen.rests.flatMap(({ refused = [] }) => refused)).toEqual([{ id: 'm1', refusal: { code: 'conflict' } }]);
  await order('stop');
  await handle.result();
  expect(seen.texts).toEqual(['a', 'b', 'stop']);
});

test('a decision that arrives before its step fails is kept; a second one, and one for a step that has not failed, are rejected', async () => {
  const { handle, seen, signal, decide, order } = await begin();
  let open = () => {};
  seen.gates.set('a', new Promise((resolve) => (open = resolve)));
  seen.failing.set('a', 1);
  await signal('a');
  await until('a is being kept', () => seen.begun.includes('a'));
  await decide('keep/a', 'skip', 'first');
  await decide('keep/a', 'retry', 'second');
  await decide('keep/b', 'retry', 'other');
  open();
  await until('it continues', () => seen.texts.includes('a: skip'));
  await order('stop');
  await handle.result();
  expect(seen.resolved).toEqual([{ id: 'keep/a', how: '"skip"' }]);
  expect(seen.acknowledged).toEqual(expect.arrayContaining(['first', 'second', 'other']));
  expect(seen.rests.flatMap(({ refused = [] }) => refused.map(({ id }) => id)).sort()).toEqual(['other', 'second']);
});

test.each([
  ['retry' as const, ['a', 'stop']],
  ['skip' as const, ['a: skip', 'stop']],
  [{ resolveAs: 'done by hand' }, ['a: done by hand', 'stop']],
])('a step that failed permanently waits for a person: %j', async (how, texts) => {
  const { handle, seen, signal, decide, order } = await begin();
  seen.failing.set('a', 1);
  await signal('a');
  await until('the incident is open', () => seen.rests.at(-1)?.wait?.waitingFor === 'repair');
  expect(seen.incidents).toEqual(['keep/a']);
  expect(seen.rests.at(-1)?.wait).toMatchObject({ waitingFor: 'repair', owner: 'operator' });
  await order('stop');
  await decide('keep/a', how, 'decision');
  await handle.result();
  expect(seen.texts).toEqual(texts);
  expect(seen.resolved).toEqual([{ id: 'keep/a', how: JSON.stringify(how) }]);
  expect(seen.acknowledged).toEqual(expect.arrayContaining(['a', 'stop', 'decision']));
});

test('a step that fails again after a repair opens an incident again; only a waiting step can be repaired, and only once', async () => {
  const { handle, seen, signal, decide, order } = await begin();
  await expect(decide('keep/a', 'retry')).rejects.toBeInstanceOf(WorkflowUpdateFailedError);
  seen.failing.set('a', 2);
  await signal('a');
  await until('the incident is open', () => seen.incidents.length === 1);
  await decide('keep/a', 'retry');
  await until('it is open again', () => seen.incidents.length === 2);
  await until('it waits again', () => seen.rests.at(-1)?.wait?.waitingFor === 'repair');
  await expect(decide('keep/b', 'retry')).rejects.toBeInstanceOf(WorkflowUpdateFailedError);
  await decide('keep/a', 'retry');
  await order('stop');
  await handle.result();
  expect(seen.texts).toEqual(['a', 'stop']);
});

test('a tick triggers a simulated deadline; a tick that comes too early is acknowledged and changes nothing', async () => {
  const { handle, seen } = await begin();
  await handle.signal('tick', { messageId: 'too early', at: at('17:00') });
  await until('it is acknowledged', () => seen.acknowledged.includes('too early'));
  expect(seen.texts).toEqual([]);
  await handle.signal('tick', { messageId: 'in time', at: at('18:00') });
  expect(await handle.result()).toBe(at('18:00'));
  expect(seen.kept).toEqual([{ at: at('18:00'), text: 'due' }]);
  expect(seen.rests.at(-1)).toMatchObject({ wait: null, processed: ['in time'] });
});

test('a durable timer triggers a real deadline', async () => {
  // Two seconds, so that the workflow rests before the deadline.
  const due = instantOfMs(Date.now() + 2_000);
  const { handle, seen } = await begin({ clock: 'real', at: instantOfMs(Date.now()), until: due });
  expect(await handle.result()).toBe(due);
  expect(seen.kept).toEqual([{ at: due, text: 'due' }]);
  expect(seen.rests[0]!.wait).toMatchObject({ alarm: false, dueAt: due });
});

test('a message that the workflow does not wait for yet is acknowledged and kept for later', async () => {
  const { handle, seen, signal, order } = await begin({ type: selective });
  await signal('for later');
  await until('it is acknowledged', () => seen.acknowledged.includes('for later'));
  await order('now');
  await handle.result();
  expect(seen.texts).toEqual(['for later']);
});
