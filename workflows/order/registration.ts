import type { NgReason } from '../../domain/vocabulary';
import { keys } from '../contracts/keys';
import type { Period } from '../../domain/calendar';
import type { Life } from '../lib/life';
import type { OrderMessage } from './contract/state';

/** `skipped`: the call failed permanently, and the incident's owner decided to go on without the registration. */
export type RegistrationResult = 'registered' | 'skipped' | NgReason;

/**
 * Registers one month of the order with NP (取引登録; NP = the credit provider NP掛け払い).
 * @param n number of the attempt. Another number makes another transaction at NP.
 */
export async function registerMonth(
  life: Life<OrderMessage>,
  orderId: string,
  period: Period,
  n: number,
): Promise<RegistrationResult> {
  const answer = await life.attempt(keys.call.npTransaction(orderId, period, n), 'np_registration', () =>
    life.providers.registerTransaction({ ...life.fact, orderId, period, n }),
  );
  switch (answer.kind) {
    case 'done':
      return answer.value.outcome === 'registered' ? 'registered' : answer.value.reason;
    case 'resolved':
      return answer.as === 'registered' ? 'registered' : 'skipped';
    case 'skipped':
      return 'skipped';
  }
}

/**
 * The reason to record for a month that is not registered. A skipped month counts as refused by overall judgement (24), because
 * nobody knows of a debt or an exceeded limit.
 */
export function reasonOf(refused: Exclude<RegistrationResult, 'registered'>): NgReason {
  return refused === 'skipped' ? '24' : refused;
}
