import { setTimeout as pause } from 'node:timers/promises';

/**
 * Real milliseconds before each retry. A receiver that is unreachable for longer gets the message later, when the store's
 * clock repeats the callback that caused it.
 */
const RETRY_AFTER_MS = [50, 200, 800];

/**
 * The error for a message that could not be delivered. The request that caused the message is answered with 503, so that
 * its sender repeats it.
 */
export class NotDelivered extends Error {}

/**
 * POSTs JSON. Retries when there is no answer, and on 429 and 5xx. Returns the status of the answer.
 * @throws NotDelivered when the last retry fails too
 */
export async function postJson(url: string, headers: Record<string, string>, body: object): Promise<number> {
  let lastFailure = '';
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
      lastFailure = `HTTP ${response.status}`;
    } catch (error) {
      lastFailure = String(error instanceof Error ? (error.cause ?? error) : error);
    }
    if (wait !== null) await pause(wait);
  }
  throw new NotDelivered(`${url}: ${lastFailure}`);
}
