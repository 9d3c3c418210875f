/**
 * How a call to a provider can fail without a business answer.
 *
 * - `unreachable`: the request certainly had no effect (connection refused, DNS, 503 before processing). It is safe to
 *   send it again.
 * - `unknown`: the request may have taken effect (time-out, connection lost after sending, 5xx). Ask the provider
 *   before sending it again.
 * - `rejected`: the provider refused the request as malformed or not allowed. Sending it again gives the same answer.
 */
export type ProviderFailure = 'unreachable' | 'unknown' | 'rejected';

/**
 * Thrown by every provider adapter. `codes` are the error codes of the provider. `httpStatus` is its status if it
 * answered.
 */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  constructor(
    readonly provider: 'np' | 'sbps' | 'resend',
    readonly failure: ProviderFailure,
    message: string,
    readonly codes: readonly string[] = [],
    readonly httpStatus?: number,
  ) {
    super(message);
  }
}
