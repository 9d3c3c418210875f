import { refusalTexts } from '../../../domain/refusal-codes';
import { ProviderError } from '../../errors';
import { ASSUMED } from './assumed';

/** One merchant's access to NP掛け払い. */
export interface NpAccess {
  /** Without a path, e.g. `https://…`. */
  baseUrl: string;
  /** 加盟店コード. */
  shopCode: string;
  /** SPコード. */
  spCode: string;
  /** 端末ID, 10 digits. */
  terminalId: string;
  timeoutMs: number;
}

/**
 * One HTTP exchange with Basic auth and terminal id; answers with a response NP gave as good, its body read.
 *
 * @throws ProviderError unreachable, unknown or rejected, as told in providers/errors.ts
 */
export function createNpCall({ baseUrl, shopCode, spCode, terminalId, timeoutMs }: NpAccess) {
  const headers = {
    Authorization: `Basic ${Buffer.from(`${shopCode}:${spCode}`).toString('base64')}`,
    'X-NP-Terminal-Id': terminalId,
    Accept: 'application/json',
  };

  const exchange = async (method: 'GET' | 'POST', path: string, body?: object) => {
    const what = `${method} ${path.split('?')[0]}`;
    try {
      const response = await fetch(baseUrl.replace(/\/$/, '') + path, {
        method,
        headers:
          method === 'POST'
            ? { ...headers, 'Content-Type': 'application/json', 'X-HTTP-Method-Override': 'POST' }
            : headers,
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(timeoutMs),
        redirect: 'error',
      });
      return { what, response, bytes: new Uint8Array(await response.arrayBuffer()) };
    } catch (error) {
      throw neverAnswered(what, error);
    }
  };

  return {
    async json(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
      const { what, response, bytes } = await exchange(method, path, body);
      const answer = parsed(bytes);
      const codes = errorCodes(answer);
      if (!response.ok || codes) throw refused(what, response.status, codes);
      // A good status over a body that can't be read: NP probably did it, but said so in a way we don't understand.
      if (answer === undefined) throw new ProviderError('np', 'unknown', `${what}: not JSON`, [], response.status);
      return answer;
    },

    async bytes(path: string): Promise<{ contentType: string; bytes: Uint8Array }> {
      const { what, response, bytes } = await exchange('GET', path);
      if (!response.ok) throw refused(what, response.status, errorCodes(parsed(bytes)));
      return { contentType: response.headers.get('content-type') ?? 'application/octet-stream', bytes };
    },
  };
}

/** Failures before anything was sent, by the code of Node's sockets and of undici. All others may come after it. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function neverAnswered(what: string, error: unknown): ProviderError {
  // fetch throws a TypeError with the socket's error as its cause, or the signal's TimeoutError.
  const { cause, name } = error as { cause?: { code?: string }; name?: string };
  const code = cause?.code ?? name ?? String(error);
  return new ProviderError('np', NOT_SENT.has(code) ? 'unreachable' : 'unknown', `${what}: no answer (${code})`);
}

function refused(what: string, status: number, codes: string[] | null): ProviderError {
  const message = `${what}: HTTP ${status} ${(codes ?? []).join(', ')}`.trimEnd() + cureOf(codes);
  // A bare 503 may be a proxy's, sent while NP went on working: only NP's own word says that nothing was processed.
  const notProcessed = status === 429 || (status === 503 && codes?.includes(ASSUMED.codes.maintenance));
  const failure = notProcessed ? 'unreachable' : status >= 500 ? 'unknown' : 'rejected';
  return new ProviderError('np', failure, message, codes ?? [], status);
}

/** For the one refusal a person can act on: which field, our code for it, and what to do. */
function cureOf(codes: string[] | null): string {
  if (!codes?.includes(ASSUMED.codes.duplicateTransaction)) return '';
  const { title, cure } = refusalTexts.duplicate_transaction.en;
  return ` (shopTransactionId: duplicate_transaction. ${title} ${cure})`;
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** `{"errors":[{"codes":[…]}]}`, which NP also sends with HTTP 200; null = no errors. */
function errorCodes(answer: unknown): string[] | null {
  const errors = (answer as { errors?: { codes?: unknown[] }[] } | undefined | null)?.errors;
  if (!Array.isArray(errors) || errors.length === 0) return null;
  return errors.flatMap((error) => (Array.isArray(error?.codes) ? error.codes.map(String) : []));
}
