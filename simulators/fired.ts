/** Counts how often each fault mode took effect. A fault that no request has met does not count. */
export class Fired {
  private readonly times = new Map<string, number>();

  count(mode: string): void {
    this.times.set(mode, (this.times.get(mode) ?? 0) + 1);
  }

  tally(): Record<string, number> {
    return Object.fromEntries(this.times);
  }
}
