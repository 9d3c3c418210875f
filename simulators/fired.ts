/**
 * Counts how often each fault mode took effect, so that a test can check that its faults happened. A fault mode is a way
 * in which a test makes a simulator misbehave.
 */
export class Fired {
  private readonly times = new Map<string, number>();

  count(mode: string): void {
    this.times.set(mode, (this.times.get(mode) ?? 0) + 1);
  }

  tally(): Record<string, number> {
    return Object.fromEntries(this.times);
  }
}
