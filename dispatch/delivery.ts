import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { ApplicationFailure, defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';
import type { Logger } from 'pino';
import { setTimeout as sleep } from 'node:timers/promises';
import { openIncident } from '../books/lib/incidents';
import type { Refusal } from '../domain/refusal';
import { type Db, instantOut } from '../prisma/db';
import { type WorkflowType, parseWorkflowId, workflowIds } from '../workflows/contracts/ids';
import { keys } from '../workflows/contracts/keys';
import { taskQueueOf } from './queues';

/** The columns of a row of the dispatch table (a message to be delivered) that its delivery needs. */
export interface Outgoing {
  storeId: string;
  id: string;
  kind: string;
  target: string;
  name: string;
  payload: PrismaJson.Members;
  at: Date;
  dueAt: Date;
  attempts: number;
}

export interface Delivery {
  /** Delivers a row at once. If it is not delivered within 5 s, the row is left to the dispatch loop. */
  now(storeId: string, id: string): Promise<Reply>;
  /**
   * Waits until the workflow has acted on the message and rests, that is, waits for its next message or deadline.
   * @returns the reply, with a refusal if the workflow refused the command when its turn came; null if `ms` pass before that
   */
  untilProcessed(storeId: string, id: string, ms: number): Promise<Reply | null>;
  /** Delivers a row to its workflow. @throws when Temporal can't be reached within 20 s; the row can be retried */
  toWorkflow(row: Outgoing): Promise<Reply>;
}

/** A workflow's answer to a message: empty, or why it refuses the command. */
export interface Reply {
  refusal?: Refusal;
}

const DELIVER_MS = 5_000;
/** Deadline of a delivery by the dispatch loop. It is shorter than the loop's lease on a row (30 s), so two never overlap. */
const LOOP_DELIVER_MS = 20_000;
const storeIdAttribute = defineSearchAttributeKey('StoreId', 'KEYWORD');
const accountIdAttribute = defineSearchAttributeKey('AccountId', 'KEYWORD');

export function createDelivery({ db, client, log }: { db: Db; client: Client; log: Logger }): Delivery {
  const clocks = new Map<string, string>();

  async function clockOf(storeId: string): Promise<string> {
    const known = clocks.get(storeId);
    if (known) return known;
    const { clock } = await db.store.findUniqueOrThrow({ where: { id: storeId }, select: { clock: true } });
    clocks.set(storeId, clock);
    return clock;
  }

  async function handOver(row: Outgoing): Promise<Reply> {
    const clock = await clockOf(row.storeId);
    const message = { ...row.payload, messageId: row.id, at: instantOut(row.at) };
    const startOptions = (accountId: unknown) => ({
      workflowId: row.target,
      taskQueue: taskQueueOf(clock),
      workflowIdReusePolicy: 'REJECT_DUPLICATE' as const,
      workflowIdConflictPolicy: 'USE_EXISTING' as const,
      workflowTaskTimeout: '5s' as const,
      ...describe(row),
      typedSearchAttributes: attributesOf(row.storeId, accountId),
    });
    try {
      switch (row.kind) {
        case 'start': {
          const input = { storeId: row.storeId, clock, ...message };
          await client.workflow.start(row.name, {
            ...startOptions((input as { accountId?: unknown }).accountId),
            args: [input],
          });
          break;
        }
        case 'signal':
        case 'tick':
          if (parseWorkflowId(row.target).type === 'account') await signalAccount(row, clock, message, startOptions);
          else await client.workflow.getHandle(row.target).signal(row.name, message);
          break;
        case 'update':
          if (parseWorkflowId(row.target).type === 'account') await startAccount(row, clock, startOptions);
          // The workflow's handler only accepts or refuses the command, so it answers at once. A refusal is caught below.
          await client.workflow.getHandle(row.target).executeUpdate(row.name, { updateId: row.id, args: [message] });
      }
    } catch (e) {
      if (
        e instanceof WorkflowUpdateFailedError &&
        e.cause instanceof ApplicationFailure &&
        e.cause.type === 'Refusal'
      ) {
        const refusal = (e.cause.details?.[0] ?? { code: 'conflict' }) as Refusal;
        await settle(db, row, JSON.stringify(refusal));
        return { refusal };
      }
      if (e instanceof WorkflowExecutionAlreadyStartedError) {
        if (row.kind === 'start') await settle(db, row, 'already ended');
        else await targetEnded(row);
      } else if (e instanceof WorkflowNotFoundError) {
        // The workflow has not been started yet. The row fails now and is delivered again after the start.
        if (await startIsOpen(row)) throw e;
        await targetEnded(row);
      } else throw e;
      return row.kind === 'update' ? { refusal: { code: 'conflict' } } : {};
    }
    // The writer of a start row delivers it first (`attempts` is 0). It need not mark the row as delivered: the workflow does so
    // when it first waits, usually before the writer's lease on the row ends. If the lease ends first, the dispatch loop delivers
    // the row again. That changes nothing, because the workflow runs already.
    if (row.kind === 'start' && row.attempts === 0 && row.name !== 'clock') return {};
    const deliveredAt = new Date();
    // The workflow of a simulated clock does not mark messages as processed. Its progress is read from the clock's row instead.
    const processed = row.name === 'clock' && { processedAt: deliveredAt };
    await db.dispatch.updateMany({
      where: { storeId: row.storeId, id: row.id },
      data: { deliveredAt, ...processed },
    });
    return {};
  }

  /** Options to start an account's workflow, which happens with the first message to it. */
  function accountStart(row: Outgoing, clock: string, options: (accountId: unknown) => object) {
    const accountId = parseWorkflowId(row.target).parts[0]!;
    const input = {
      storeId: row.storeId,
      clock,
      accountId,
      at: instantOut(row.at),
      messageId: keys.message.start(workflowIds.account(accountId)),
    };
    return { ...(options(accountId) as { workflowId: string; taskQueue: string }), args: [input] };
  }

  async function signalAccount(
    row: Outgoing,
    clock: string,
    message: object,
    options: (accountId: unknown) => object,
  ): Promise<void> {
    const start = accountStart(row, clock, options);
    await client.workflow.signalWithStart('account', { ...start, signal: row.name, signalArgs: [message] });
  }

  async function startAccount(row: Outgoing, clock: string, options: (accountId: unknown) => object): Promise<void> {
    await client.workflow.start('account', accountStart(row, clock, options));
  }

  /** Marks a row as processed, unless it is already. @returns true if this call marked it */
  async function settle(on: Pick<Db, 'dispatch'>, { storeId, id }: Outgoing, outcome: string): Promise<boolean> {
    const now = new Date();
    const { count } = await on.dispatch.updateMany({
      where: { storeId, id, processedAt: null },
      data: { deliveredAt: now, processedAt: now, outcome },
    });
    return count > 0;
  }

  async function startIsOpen({ storeId, target }: Outgoing): Promise<boolean> {
    const open = { kind: 'start' as const, deliveredAt: null, processedAt: null };
    return (await db.dispatch.count({ where: { storeId, target, ...open } })) > 0;
  }

  /**
   * Closes a row whose workflow has ended. A tick (it wakes a workflow of a simulated store at its deadline) is dropped. Any
   * other message becomes an incident for a person.
   */
  async function targetEnded(row: Outgoing): Promise<void> {
    await db.$transaction(async (tx) => {
      const wasOpen = await settle(tx, row, 'target ended');
      if (row.kind === 'tick' || !wasOpen) return;
      await openIncident(tx, {
        storeId: row.storeId,
        id: keys.incident.undeliverable(row.id),
        kind: 'message_undeliverable',
        at: instantOut(row.at),
        workflowId: row.target,
        detail: { name: row.name },
      });
    });
  }

  return {
    toWorkflow: (row) => client.connection.withDeadline(Date.now() + LOOP_DELIVER_MS, () => handOver(row)),
    async now(storeId, id) {
      const row = await db.dispatch.findUnique({ where: { storeId_id: { storeId, id } } });
      if (!row) return {};
      if (row.processedAt) return replyIn(row.outcome);
      try {
        return await client.connection.withDeadline(Date.now() + DELIVER_MS, () => handOver(row));
      } catch (e) {
        log.warn({ storeId, id, err: e }, 'not delivered at once, left to the dispatch loop');
        await db.dispatch.updateMany({ where: { storeId, id }, data: { leaseUntil: null } });
        return {};
      }
    },
    untilProcessed: watchProcessed(db),
  };
}

/** @param outcome as the dispatch row stores it: a refusal as JSON, words about the delivery, or null */
function replyIn(outcome: string | null): Reply {
  return outcome?.startsWith('{') ? { refusal: JSON.parse(outcome) as Refusal } : {};
}

/** The pause between two queries for processed messages: less than the 20–50 ms that a workflow takes if it calls no provider. */
const LOOK_MS = 15;

/** Makes `untilProcessed`. One repeated query looks for the messages of all waiting requests, however many they are. */
function watchProcessed(db: Db): Delivery['untilProcessed'] {
  const waiting = new Map<{ storeId: string; id: string; until: number }, (answer: Reply | null) => void>();
  let looking = false;

  async function look(): Promise<void> {
    const asked = [...waiting.keys()];
    const rows = await db.$queryRaw<{ store_id: string; id: string; outcome: string | null }[]>`
      SELECT store_id, id, outcome FROM dispatch JOIN unnest(${asked.map((w) => w.storeId)}::text[], ${asked.map((w) => w.id)}::text[])
        AS asked (store_id, id) USING (store_id, id) WHERE processed_at IS NOT NULL`.catch(() => []);
    const processed = new Map(rows.map(({ store_id, id, outcome }) => [`${store_id} ${id}`, replyIn(outcome)]));
    const now = performance.now();
    for (const each of asked) {
      const answer = processed.get(`${each.storeId} ${each.id}`) ?? null;
      if (!answer && now < each.until) continue;
      waiting.get(each)!(answer);
      waiting.delete(each);
    }
  }

  async function lookOn(): Promise<void> {
    looking = true;
    while (waiting.size > 0) {
      await sleep(LOOK_MS);
      await look();
    }
    looking = false;
  }

  return (storeId, id, ms) =>
    new Promise((resolve) => {
      waiting.set({ storeId, id, until: performance.now() + ms }, resolve);
      if (!looking) void lookOn();
    });
}

const typeLabels: Record<WorkflowType, string> = {
  order: '注文',
  account: 'アカウント',
  directDebit: '口座振替',
  monthlyClose: '月次締め',
  periodOpen: '利用月の開始',
  cardCollection: 'カード売上',
  debitRun: '口座振替の請求',
  storeDay: '営業日の処理',
  clock: '模擬時計',
};

/** The type and id of a workflow as the Temporal UI shows them. No names of people or companies; at most 200 bytes. */
function describe({ target }: Outgoing): { staticSummary: string; staticDetails: string } {
  const { type, parts } = parseWorkflowId(target);
  const summary = `${typeLabels[type]} ${parts.join(' ')}`;
  return { staticSummary: summary, staticDetails: `**${typeLabels[type]}**  \n\`${target}\`` };
}

function attributesOf(storeId: string, accountId: unknown): SearchAttributePair[] {
  const pairs: SearchAttributePair[] = [{ key: storeIdAttribute, value: storeId }];
  if (typeof accountId === 'string') pairs.push({ key: accountIdAttribute, value: accountId });
  return pairs;
}
