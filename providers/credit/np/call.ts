import { ProviderError } from '../../errors';
import { readFetchError } from '../../fetch-error';
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
 * Makes HTTP calls with Basic auth and terminal id, and returns the body of a successful answer.
 *
 * @throws ProviderError; providers/errors.ts explains its three kinds
 */
export function createNpCall({ baseUrl, shopCode, spCode, terminalId, timeoutMs }: NpAccess) {
  const headers = {
    Authorization: `Basic ${Buffer.from(`${shopCode}:${spCode}`).toString('base64')}`,
    'X-NP-Terminal-Id': terminalId,
    Accept: 'application/json',
  };

  const exchange = async (method: 'GET' | 'POST', path: string, body?: object) => {
    const call = `${method} ${path.split('?')[0]}`;
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
      return { call, response, bytes: new Uint8Array(await response.arrayBuffer()) };
    } catch (error) {
      throw neverAnswered(call, error);
    }
  };

  return {
    async json(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
      const { call, response, bytes } = await exchange(method, path, body);
      const answer = parsed(bytes);
      const codes = errorCodes(answer);
      if (!response.ok || codes) throw refused(call, response.status, codes);
      // The status says success but the body is unreadable: NP has probably processed the call.
      if (answer === undefined) throw new ProviderError('np', 'unknown', `${call}: not JSON`, [], response.status);
      return answer;
    },

    async bytes(path: string): Promise<{ contentType: string; bytes: Uint8Array }> {
      const { call, response, bytes } = await exchange('GET', path);
      if (!response.ok) throw refused(call, response.status, errorCodes(parsed(bytes)));
      return { contentType: response.headers.get('content-type') ?? 'application/octet-stream', bytes };
    },
  };
}

function neverAnswered(call: string, error: unknown): ProviderError {
  const { code, neverSent } = readFetchError(error);
  return new ProviderError('np', neverSent ? 'unreachable' : 'unknown', `${call}: no answer (${code})`);
}

function refused(call: string, status: number, codes: string[] | null): ProviderError {
  const message = `${call}: HTTP ${status} ${(codes ?? []).join(', ')}`.trimEnd() + cureOf(codes);
  // A 503 without a code of NP may come from a proxy while NP goes on working. Only its own code says that nothing was
  // processed.
  const notProcessed = status === 429 || (status === 503 && codes?.includes(ASSUMED.codes.maintenance));
  const failure = notProcessed ? 'unreachable' : status >= 500 ? 'unknown' : 'rejected';
  return new ProviderError('np', failure, message, codes ?? [], status);
}

/** The one refusal that a person can act on gets the field, a code and the cure. */
function cureOf(codes: string[] | null): string {
  if (!codes?.includes(ASSUMED.codes.duplicateTransaction)) return '';
  return (
    ' (shopTransactionId: duplicate_transaction. A transaction with this shopTransactionId is already registered.' +
    ' Look up the existing one; a new registration needs a new id.)'
  );
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** `{"errors":[{"codes":[…]}]}`, which NP sends even with HTTP 200. Returns null when there are no errors. */
function errorCodes(answer: unknown): string[] | null {
  const errors = (answer as { errors?: { codes?: unknown[] }[] } | undefined | null)?.errors;
  if (!Array.isArray(errors) || errors.length === 0) return null;
  return errors.flatMap((error) => (Array.isArray(error?.codes) ? error.codes.map(String) : []));
}
