import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** Thrown for an answer that is not 2xx. `problem` is its body, which says what is wrong (RFC 9457). */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly problem: { code?: string; detail?: string; errors?: { pointer: string; code: string; detail: string }[] },
    request: string,
  ) {
    super(`${request}: ${status} ${JSON.stringify(problem)}`);
  }
}

/** A write that the server has accepted. */
export interface Accepted {
  path: string;
  idempotencyKey: string;
  answer: { id?: unknown } | null;
}

/** How long a request is retried. A killed server is back within seconds, so a failure of two minutes has another cause. */
const PATIENCE_MS = 120_000;
/** How long one attempt waits for its answer: longer than the longest `Prefer: wait`, which is 30 s. */
const ANSWER_MS = 40_000;

/**
 * A small client of the HTTP API: JSON in and out, an Idempotency-Key for every write. It retries when there is no answer, on a
 * 5xx, and while an earlier attempt under the same key is still being worked on. A retried write keeps its key.
 */
export class Api {
  constructor(
    private readonly baseUrl: string,
    private readonly key?: string,
    private readonly accepted: (write: Accepted) => void = () => {},
  ) {}

  get<T>(path: string, headers: Record<string, string> = {}): Promise<T> {
    return this.call('GET', path, undefined, headers);
  }

  post<T>(path: string, body: object, headers: Record<string, string> = {}): Promise<T> {
    return this.call('POST', path, body, headers);
  }

  patch<T>(path: string, body: object): Promise<T> {
    return this.call('PATCH', path, body, {});
  }

  /** Downloads a file as bytes, without retries. */
  async getFile(path: string): Promise<Buffer> {
    const answer = await fetch(this.baseUrl + path, { headers: { authorization: `Bearer ${this.key}` } });
    if (!answer.ok) throw new ApiProblem(answer.status, (await answer.json()) as ApiProblem['problem'], `GET ${path}`);
    return Buffer.from(await answer.arrayBuffer());
  }

  postFile<T>(path: string, file: Uint8Array, mediaType = 'application/octet-stream'): Promise<T> {
    return this.call('POST', path, file, { 'content-type': mediaType });
  }

  private async call<T>(
    method: string,
    path: string,
    body: object | Uint8Array | undefined,
    headers: Record<string, string>,
  ): Promise<T> {
    const idempotencyKey = randomUUID();
    const answer = await fetchWithRetries(this.baseUrl + path, {
      method,
      headers: {
        ...(this.key && { authorization: `Bearer ${this.key}` }),
        ...(body && { 'content-type': 'application/json', 'idempotency-key': idempotencyKey }),
        ...headers,
      },
      ...(body && { body: body instanceof Uint8Array ? body : JSON.stringify(body) }),
    });
    const json: unknown = answer.text ? JSON.parse(answer.text) : null;
    if (!answer.ok) throw new ApiProblem(answer.status, json as ApiProblem['problem'], `${method} ${path}`);
    if (body) this.accepted({ path, idempotencyKey, answer: json as Accepted['answer'] });
    return json as T;
  }
}

/** Repeats fetch until an answer comes that a retry would not change, or for two minutes. @throws the last attempt's error */
export async function fetchWithRetries(
  url: string,
  request: RequestInit,
): Promise<{ ok: boolean; status: number; text: string }> {
  for (let began = performance.now(), pause = 50; ; pause = Math.min(pause * 2, 1_000)) {
    const late = performance.now() - began > PATIENCE_MS;
    try {
      const answer = await fetch(url, { ...request, signal: AbortSignal.timeout(ANSWER_MS) });
      const text = await answer.text();
      const temporary = answer.status >= 500 || (answer.status === 409 && text.includes('"idempotency_in_flight"'));
      if (!temporary || late) return { ok: answer.ok, status: answer.status, text };
    } catch (error) {
      if (late) throw error;
    }
    await sleep(pause);
  }
}
