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
  /** The business input; the same key with another one is refused. */
  request: unknown;
  /** Asks the provider whether an earlier try had its effect: the answer, null = it never saw it, 'unknown' = it can't say. */
  find: () => Promise<A | null | 'unknown'>;
  send: () => Promise<A>;
  /** Books the answer, in the transaction that closes the call. */
  record: (tx: Tx, answer: A) => Promise<void>;
}

/**
 * One effect outside, at most once: a row is written before the call and closed with the answer; a retry that finds it open
 * asks the provider before it sends again. What the provider can't say either is `UnknownOutcome`, for a person.
 * @throws ApplicationFailure non-retryable: Conflict, ProviderRejected, UnknownOutcome
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
    const found = await asked(call.find);
    if (found === 'unknown')
      throw ApplicationFailure.nonRetryable(`${provider} can't say what became of ${key}`, 'UnknownOutcome');
    if (found !== null) return close(db, call, found);
  }
  return close(db, call, await sent(call));
}

/**
 * A refusal is final, unless it is a request that has come twice (through a proxy, or from two tries at once) and whose second
 * copy is refused as a repetition of the first: the provider is asked what it has.
 */
async function sent<A>(call: GatewayCall<A>): Promise<A> {
  try {
    return await asked(call.send);
  } catch (refused) {
    if (!(refused instanceof ApplicationFailure)) throw refused;
    const found = await asked(call.find);
    if (found === null || found === 'unknown') throw refused;
    return found;
  }
}

/** Of two tries at once the first to close is the one that is booked; the other gives its answer, not its own. */
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
 * A provider's refusal of the request itself is final; everything else is tried again, asking first. One activity may make four
 * calls of up to 30 s, so each is told to Temporal.
 */
export async function asked<A>(call: () => Promise<A>): Promise<A> {
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
