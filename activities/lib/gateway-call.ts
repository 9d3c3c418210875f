import { ApplicationFailure } from '@temporalio/common';
import type { Instant } from '../../domain/calendar';
import { Prisma } from '../../generated/prisma/client';
import { type Db, type Tx, instantIn } from '../../prisma/db';
import { ProviderError } from '../../providers/errors';
import { hashOf, keyConflict } from '../../books/lib/once';
import { heartbeat } from './parallel';

export interface GatewayCall<A> {
  storeId: string;
  /** Business key of the effect and the step, e.g. `np-txn/ord_…/2026-10/1`, `card-auth/ord_…/2026-10/1/capture`. */
  key: string;
  provider: 'np' | 'sbps';
  at: Instant;
  /** The business input. The same key with another input is refused. */
  request: unknown;
  /** Asks the provider for the effect of an earlier try: its answer, null = it never saw the call, 'unknown' = it can't say. */
  find: () => Promise<A | null | 'unknown'>;
  send: () => Promise<A>;
  /** Records the answer, in the transaction that closes the call. */
  record: (tx: Tx, answer: A) => Promise<void>;
}

/**
 * Makes one call to a provider with at most one effect. A row is written before the call and closed with the answer. A retry
 * that finds the row open asks the provider for the effect of the earlier try before it sends again. If the provider can't say,
 * the failure is `UnknownOutcome`, and a person decides.
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
 * the second copy as a duplicate. So a refused call asks the provider for the first copy's effect.
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

/** Closes the call with its answer. If two tries run at once, the first answer is recorded, and the other try returns it too. */
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
 * Calls a provider. Its refusal of the request itself is final. After every other failure the activity is retried, and the retry
 * looks for the effect first. One activity may make four calls of up to 30 s, so each call sends a heartbeat before and after.
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
