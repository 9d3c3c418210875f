/** The task queue of workflows. Simulated stores live months in seconds. Their queue is separate, so they delay no real store. */
export function taskQueueOf(clock: string): string {
  return clock === 'simulated' ? 'shimebi-simulated' : 'shimebi';
}

/** The task queue of the activities that call providers. It is separate, because Temporal limits the rate of a whole queue. */
export function gatewayQueueOf(clock: string): string {
  return `${taskQueueOf(clock)}-gateway`;
}
