/** How often each fault was met, by mode: what was filed and met nobody is not counted. */
export class Fired {
  private readonly times = new Map<string, number>();

  count(mode: string): void {
    this.times.set(mode, (this.times.get(mode) ?? 0) + 1);
  }

  tally(): Record<string, number> {
    return Object.fromEntries(this.times);
  }
}
