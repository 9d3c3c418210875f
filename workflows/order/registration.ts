import { keys } from '../contracts/keys';
import type { Period } from '../../domain/calendar';
import type { Life } from '../lib/life';
import type { OrderMessage } from './contract/state';

/** NP's reasons to refuse a registration: 21 未払い, 22 金額超過, 24 総合判断. */
export type NpReason = '21' | '22' | '24';

/** `skipped`: NP could not answer, and a person decided to go on without the registration. */
export type RegistrationResult = 'registered' | 'skipped' | NpReason;

/** Registers one month of the order with NP (取引登録). */
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

/** The reason that the books record. A skipped month counts as refused by judgement (24): nothing is known of debt or limit. */
export function reasonOf(refused: Exclude<RegistrationResult, 'registered'>): NpReason {
  return refused === 'skipped' ? '24' : refused;
}
