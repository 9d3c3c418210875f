/**
 * Codes of Node's sockets and of undici for failures before a connection exists. Nothing has been sent then. A reset or a
 * time-out may come after sending, so it is not among them.
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
 * Reads an error that fetch has thrown. Its `cause` holds the error of the socket; a time-out has a name only. The check is
 * by property, because `instanceof` fails for Node's own errors across vm contexts.
 */
export function readFetchError(error: unknown): { code: string; neverSent: boolean } {
  const { name, cause } = error as { name?: unknown; cause?: { code?: unknown } };
  const code = String(cause?.code ?? name ?? error);
  return { code, neverSent: NEVER_SENT.has(code) };
}
