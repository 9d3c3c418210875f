/**
 * Error codes of Node's sockets and of undici (the library behind fetch) for a connection that was never made, so nothing
 * was sent. A reset connection or a time-out of the answer is not among them, because it can come after sending.
 */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/**
 * Reads an error that fetch has thrown. Its `cause` holds the socket's error with a code. A time-out has no such code, so
 * its `name` is used. The function does not use `instanceof`, which fails for Node's own errors in another vm context, as
 * in Jest.
 */
export function readFetchError(error: unknown): { code: string; neverSent: boolean } {
  const { name, cause } = error as { name?: unknown; cause?: { code?: unknown } };
  const code = String(cause?.code ?? name ?? error);
  return { code, neverSent: NEVER_SENT.has(code) };
}
