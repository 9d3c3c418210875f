/** Real and simulated stores have task queues of their own, so months lived in seconds never delay a live store. */
export function taskQueueOf(clock: string): string {
  return clock === 'simulated' ? 'shimebi-simulated' : 'shimebi';
}

/** Where calls to providers run, rate-limited, beside the queue of the workflow that asks for them. */
export function gatewayQueueOf(clock: string): string {
  return `${taskQueueOf(clock)}-gateway`;
}
