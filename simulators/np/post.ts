import { setTimeout as pause } from 'node:timers/promises';

/** Real milliseconds before each further try; a receiver that is away longer gets it when the callback is repeated. */
const RETRY_AFTER_MS = [50, 200, 800];

/** What was sent didn't arrive: the caller answers its own caller with 503, so that it is tried again. */
export class NotDelivered extends Error {}

/** POSTs JSON, again on no answer, 429 and 5xx. Answers with the last status, 2xx or 4xx. @throws NotDelivered */
export async function postJson(url: string, headers: Record<string, string>, body: object): Promise<number> {
  let last = '';
  for (const wait of [...RETRY_AFTER_MS, null]) {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(10_000),
      });
      await response.arrayBuffer();
      if (response.status < 500 && response.status !== 429) return response.status;
      last = `HTTP ${response.status}`;
    } catch (error) {
      last = String(error instanceof Error ? (error.cause ?? error) : error);
    }
    if (wait !== null) await pause(wait);
  }
  throw new NotDelivered(`${url}: ${last}`);
}
