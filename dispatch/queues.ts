/** The task queue of workflows. Simulated stores live months in seconds. They have their own, to delay no real store. */
export function taskQueueOf(clock: string): string {
  return clock === 'simulated' ? 'shimebi-simulated' : 'shimebi';
}

/** The task queue of the activities that call providers. It is separate from that of workflows to be rate-limited. */
export function gatewayQueueOf(clock: string): string {
  return `${taskQueueOf(clock)}-gateway`;
}
