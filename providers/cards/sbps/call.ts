import { ProviderError, type ProviderFailure } from '../../errors';
import { readFetchError } from '../../fetch-error';
import { readSpsError, type SpsErrorKind } from './errors';
import { UnencodableCharacter } from './shift-jis';
import { buildSpsRequest, parseSpsResponse, type SpsField } from './xml';

/** One merchant's access to the API of the card gateway SBペイメントサービス (SBPS, in its field names SPS). */
export interface SpsAccess {
  /** Without a path: `https://stbfep.sps-system.com` for tests, `https://api.sps-system.com` for production. */
  baseUrl: string;
  merchantId: string;
  serviceId: string;
  hashKey: string;
  timeoutMs: number;
}

export type SpsAnswer =
  /** `value` reads a field by its path, e.g. `res_pay_method_info/cardbrand_code`. A missing field gives ''. */
  { ok: true; value(path: string): string } | { ok: false; code: string; kind: SpsErrorKind; type: string };

export type SpsCall = (apiId: string, fields: readonly SpsField[]) => Promise<SpsAnswer>;

/**
 * Creates the function that makes one call of SBPS's API, a POST to `/api/xmlapi.do`. It returns refusals that the
 * caller can act on. It throws ProviderError for a malformed request, for an outage and when there is no readable answer.
 */
export function createSpsCall({ baseUrl, merchantId, serviceId, hashKey, timeoutMs }: SpsAccess): SpsCall {
  const url = `${baseUrl.replace(/\/$/, '')}/api/xmlapi.do`;
  const headers = {
    'Content-Type': 'text/xml',
    // Each call opens a new connection. If that fails, nothing was sent and a retry is safe. A reused connection that SBPS
    // has closed would leave us not knowing whether SBPS received the request.
    Connection: 'close',
    Authorization: `Basic ${Buffer.from(`${merchantId}${serviceId}:${hashKey}`).toString('base64')}`,
  };

  return async (apiId, fields) => {
    const body = encodeRequest(apiId, fields, hashKey);
    const { status, bytes } = await post(apiId, url, headers, body, timeoutMs);
    if (status !== 200) throw httpFailure(apiId, status);
    const values = parseSpsResponse(bytes);
    const result = values?.get('res_result');
    if (!values || (result !== 'OK' && result !== 'NG')) {
      throw new ProviderError('sbps', uncertain(apiId), `${apiId}: answer is not readable`, [], status);
    }
    if (result === 'OK') return { ok: true, value: (path) => values.get(path) ?? '' };

    const code = values.get('res_err_code') ?? '';
    const { kind, type, text } = readSpsError(code);
    if (kind === 'malformed') throw new ProviderError('sbps', 'rejected', `${apiId}: ${code} ${text}`, [code], status);
    if (kind === 'outage') {
      throw new ProviderError('sbps', uncertain(apiId), `${apiId}: ${code} ${text}`, [code], status);
    }
    return { ok: false, code, kind, type };
  };
}

function encodeRequest(apiId: string, fields: readonly SpsField[], hashKey: string): Buffer {
  try {
    return buildSpsRequest(apiId, fields, hashKey);
  } catch (error) {
    if (!(error instanceof UnencodableCharacter)) throw error;
    throw new ProviderError('sbps', 'rejected', `${apiId}: ${error.message}`);
  }
}

async function post(apiId: string, url: string, headers: Record<string, string>, body: Buffer, timeoutMs: number) {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
    return { status: response.status, bytes: new Uint8Array(await response.arrayBuffer()) };
  } catch (error) {
    const { code, neverSent } = readFetchError(error);
    throw new ProviderError('sbps', neverSent ? 'unreachable' : uncertain(apiId), `${apiId}: no answer (${code})`);
  }
}

/**
 * Calls that only read: the result of 3-D Secure, the inquiry of a transaction and the saved card. They are safe to send
 * again when no answer came.
 */
const READS = new Set(['TA02-00201-101', 'MG01-00101-101', 'MG02-00104-101']);

/** Kind of failure when SBPS may have received the request. */
function uncertain(apiId: string): ProviderFailure {
  return READS.has(apiId) ? 'unreachable' : 'unknown';
}

function httpFailure(apiId: string, status: number): ProviderError {
  // SBPS answers 200 even to calls that it refuses. So 503 means that SBPS did not accept the call. Another 5xx may come
  // after SBPS has processed it.
  const failure = status === 503 ? 'unreachable' : status >= 500 ? uncertain(apiId) : 'rejected';
  const hint =
    status === 401 ? ': merchant, service or hash key' : status === 403 ? ': caller address not allowed' : '';
  return new ProviderError('sbps', failure, `${apiId}: HTTP ${status}${hint}`, [], status);
}
