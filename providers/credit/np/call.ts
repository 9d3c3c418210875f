import { ProviderError } from '../../errors';
import { readFetchError } from '../../fetch-error';
import { ASSUMED } from './assumed';

/** One merchant's access to the API of NP掛け払い (NP, the credit provider). */
export interface NpAccess {
  /** Without a path, e.g. `https://…`. */
  baseUrl: string;
  /** NP's code of the merchant (加盟店コード), the user of the Basic auth. */
  shopCode: string;
  /** Secret code that NP gave the merchant (SPコード), the password of the Basic auth. */
  spCode: string;
  /** 10 digits that NP gave the merchant (端末ID), sent in a header of every call. */
  terminalId: string;
  timeoutMs: number;
}

/**
 * Creates the functions that make NP's HTTP calls with Basic auth and terminal id. They return the body of a successful
 * answer and throw ProviderError otherwise; providers/errors.ts explains the three kinds of failure.
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
      // The failure is `unknown`, because NP reports success and has probably processed the call.
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
  // A 503 without NP's maintenance code may come from a proxy in front of NP, while NP still processes the call. With that
  // code, and with 429 (too many calls), NP has processed nothing.
  const notProcessed = status === 429 || (status === 503 && codes?.includes(ASSUMED.codes.maintenance));
  const failure = notProcessed ? 'unreachable' : status >= 500 ? 'unknown' : 'rejected';
  return new ProviderError('np', failure, message, codes ?? [], status);
}

/** Advice for staff at the end of an error message. Only a duplicate shopTransactionId has advice. */
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

/** Reads the codes of `{"errors":[{"codes":[…]}]}`, which NP sends even with HTTP 200. Returns null without errors. */
function errorCodes(answer: unknown): string[] | null {
  const errors = (answer as { errors?: { codes?: unknown[] }[] } | undefined | null)?.errors;
  if (!Array.isArray(errors) || errors.length === 0) return null;
  return errors.flatMap((error) => (Array.isArray(error?.codes) ? error.codes.map(String) : []));
}
