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
 * Creates the function that makes one call of SBPS's API, a POST to `/api/xmlapi.do`. The function returns a refusal that
 * its caller can act on as `ok: false`. It throws ProviderError for a malformed request, for an outage and when there is
 * no readable answer.
 */
export function createSpsCall({ baseUrl, merchantId, serviceId, hashKey, timeoutMs }: SpsAccess): SpsCall {
  const url = `${baseUrl.replace(/\/$/, '')}/api/xmlapi.do`;
  const headers = {
    'Content-Type': 'text/xml',
    // Each call opens a new connection. If it cannot be opened, nothing was sent and a retry is safe. If calls shared a
    // connection and SBPS closed it, we would not know whether SBPS had received the request.
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
 * API ids of the calls that only read: the result of 3-D Secure, the inquiry of a transaction and the saved card. They are
 * safe to send again when no answer came.
 */
const READS = new Set(['TA02-00201-101', 'MG01-00101-101', 'MG02-00104-101']);

/** Kind of failure when SBPS may have received the request: a call that only reads has changed nothing. */
function uncertain(apiId: string): ProviderFailure {
  return READS.has(apiId) ? 'unreachable' : 'unknown';
}

function httpFailure(apiId: string, status: number): ProviderError {
  // SBPS sends its own refusals with HTTP 200, so they never come here. We take 503 to mean that SBPS did not process the
  // call. After another 5xx it may have processed the call.
  const failure = status === 503 ? 'unreachable' : status >= 500 ? uncertain(apiId) : 'rejected';
  const hint =
    status === 401 ? ': merchant, service or hash key' : status === 403 ? ': caller address not allowed' : '';
  return new ProviderError('sbps', failure, `${apiId}: HTTP ${status}${hint}`, [], status);
}
