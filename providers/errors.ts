/**
 * The ways in which a call to a provider can fail. A business answer, such as a refusal of credit, is not a failure.
 *
 * - `unreachable`: the request certainly changed nothing (connection refused, DNS failure, 503 before processing, or a
 *   call that only reads). It is safe to send it again.
 * - `unknown`: the request may have taken effect (time-out, connection lost after sending, 5xx). Ask the provider whether
 *   it has, before sending it again.
 * - `rejected`: the provider, or our adapter before sending, refused the request as malformed or not allowed. A retry has
 *   the same result.
 */
export type ProviderFailure = 'unreachable' | 'unknown' | 'rejected';

/**
 * A failed call to a provider. Every provider adapter throws it. `codes` are the provider's own error codes, and
 * `httpStatus` is the status of its answer, if there was one.
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
