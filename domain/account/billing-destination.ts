import { type Result, ok, refuse } from '../refusal';

/**
 * The billing destination that a request names, or the account's default when it names none.
 * @returns refused `unknown_billing_destination` when the account has no such destination
 */
export function destinationNamed<D extends { id: string; isDefault: boolean }>(
  ofAccount: readonly D[],
  id: string | undefined,
): Result<D> {
  const destination = ofAccount.find((known) => (id === undefined ? known.isDefault : known.id === id));
  return destination ? ok(destination) : refuse('unknown_billing_destination', { field: ['billingDestinationId'] });
}
