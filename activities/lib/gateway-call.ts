import { ApplicationFailure } from '@temporalio/common';
import type { Instant } from '../../domain/calendar';
import { Prisma } from '../../generated/prisma/client';
import { type Db, type Tx, instantIn } from '../../prisma/db';
import { ProviderError } from '../../providers/errors';
import { hashOf, keyConflict } from '../../books/lib/once';
import { heartbeat } from './parallel';

export interface GatewayCall<A> {
  storeId: string;
  /**
   * The business key of the effect that the call has at the provider, e.g. `np-txn/ord_…/2026-10/1`,
   * `card-auth/ord_…/2026-10/1/capture`.
   */
  key: string;
  provider: 'np' | 'sbps';
  at: Instant;
  /** The business input. Its hash is stored with the key. A later call with the same key and another hash is a conflict. */
  request: unknown;
  /**
   * Asks the provider for the effect of an earlier try whose answer was lost. Returns the answer that this try would have got;
   * null to send the call again (the provider never received it, or a repetition does no harm); 'unknown' if the provider can't
   * say.
   */
  find: () => Promise<A | null | 'unknown'>;
  send: () => Promise<A>;
  /** Writes the answer's consequences to the books, in the transaction that stores the answer. */
  record: (tx: Tx, answer: A) => Promise<void>;
}

/**
 * Makes one call to a provider so that it has at most one effect. A row of the table `gateway_calls` is written before the call
 * and gets the answer after it. A retry that finds the row without an answer first asks the provider for the effect of the
 * earlier try. If the provider can't say, this function throws `UnknownOutcome`, and an operator decides what to do.
 * @throws Conflict when the key was used with another request; ApplicationFailure non-retryable ProviderRejected,
 * UnknownOutcome
 */
export async function gatewayCall<A>(db: Db, call: GatewayCall<A>): Promise<A> {
  const { storeId, key, provider } = call;
  const where = { storeId_key: { storeId, key } };
  const requestHash = hashOf(call.request);
  const opened = await db.gatewayCall.createMany({
    data: [{ storeId, key, provider, requestHash, openedAt: instantIn(call.at) }],
    skipDuplicates: true,
  });
  if (opened.count === 0) {
    const before = await db.gatewayCall.findUniqueOrThrow({ where });
    if (before.requestHash !== requestHash) throw keyConflict(key);
    if (before.answer !== null) return before.answer as A;
    const found = await callProvider(call.find);
    if (found === 'unknown')
      throw ApplicationFailure.nonRetryable(`${provider} can't say what became of ${key}`, 'UnknownOutcome');
    if (found !== null) return close(db, call, found);
  }
  return close(db, call, await sendOnce(call));
}

/**
 * A refusal is final, except when a request arrived twice (through a proxy, or from two tries at once) and the provider refused
 * the second copy as a duplicate. So after a refusal this function asks the provider for the first copy's effect.
 */
async function sendOnce<A>(call: GatewayCall<A>): Promise<A> {
  try {
    return await callProvider(call.send);
  } catch (refused) {
    if (!(refused instanceof ApplicationFailure)) throw refused;
    const found = await callProvider(call.find);
    if (found === null || found === 'unknown') throw refused;
    return found;
  }
}

/** Stores the answer in the row of the call. If two tries run at once, only the first answer is stored, and both return it. */
async function close<A>(db: Db, call: GatewayCall<A>, answer: A): Promise<A> {
  const { storeId, key } = call;
  return db.$transaction(async (tx) => {
    const closed = await tx.gatewayCall.updateMany({
      where: { storeId, key, answer: { equals: Prisma.DbNull } },
      data: { answer: answer ?? 'done' },
    });
    if (closed.count === 0)
      return (await tx.gatewayCall.findUniqueOrThrow({ where: { storeId_key: { storeId, key } } })).answer as A;
    await call.record(tx, answer);
    return answer;
  });
}

/**
 * Calls a provider. If the provider refuses the request itself, the failure is final. After any other failure Temporal retries
 * the activity. One activity may make four calls of up to 30 s each, so a heartbeat is sent before and after each call, besides
 * the worker's own every 5 s.
 */
export async function callProvider<A>(call: () => Promise<A>): Promise<A> {
  heartbeat();
  try {
    return await call();
  } catch (e) {
    if (e instanceof ProviderError && e.failure === 'rejected')
      throw ApplicationFailure.nonRetryable(`${e.message} [${e.codes.join(' ')}]`, 'ProviderRejected');
    throw e;
  } finally {
    heartbeat();
  }
}
