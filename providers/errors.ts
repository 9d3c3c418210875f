/**
 * What a call to the outside can end in when it has no business answer.
 *
 * - `unreachable`: the request certainly had no effect (connection refused, DNS, 503 before processing). Safe to send again.
 * - `unknown`: the request may have had its effect (time-out, connection lost after sending, 5xx). Ask before sending again.
 * - `rejected`: the provider refused the request as malformed or not allowed; sending it again gives the same answer.
 */
export type ProviderFailure = 'unreachable' | 'unknown' | 'rejected';

/** Thrown by every provider adapter; `codes` are the provider's own error codes, `httpStatus` its status when it answered. */
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
