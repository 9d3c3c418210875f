import { randomUUID } from 'node:crypto';

/** An answer that is not 2xx, with the problem it told. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly problem: { code?: string; detail?: string; errors?: { pointer: string; code: string; detail: string }[] },
    request: string,
  ) {
    super(`${request}: ${status} ${JSON.stringify(problem)}`);
  }
}

/** A small client of the HTTP API: JSON in and out, an Idempotency-Key for every write. */
export class Api {
  constructor(
    private readonly baseUrl: string,
    private readonly key?: string,
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

  private async call<T>(
    method: string,
    path: string,
    body: object | undefined,
    headers: Record<string, string>,
  ): Promise<T> {
    const answer = await fetch(this.baseUrl + path, {
      method,
      headers: {
        ...(this.key && { authorization: `Bearer ${this.key}` }),
        ...(body && { 'content-type': 'application/json', 'idempotency-key': randomUUID() }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const json: unknown = text ? JSON.parse(text) : null;
    if (!answer.ok) throw new ApiProblem(answer.status, json as ApiProblem['problem'], `${method} ${path}`);
    return json as T;
  }
}
