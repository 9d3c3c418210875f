import { setTimeout as sleep } from 'node:timers/promises';
import type { Service } from './processes';

/** What ends by itself, or can't start because something it needs is away, is started again after this, as by systemd or Compose. */
const AGAIN_MS = 500;

/** A program that is started again whenever it ends, and may be killed on purpose. */
export class Supervised {
  private stopping = false;
  private awayMs = AGAIN_MS;
  private up: Promise<void>;
  private readonly over: Promise<void>;
  /** How often it ended without having been killed here. */
  endedByItself = 0;

  /** @param start throws when the program doesn't come up, and leaves nothing of it running */
  constructor(
    private current: Service,
    private readonly start: () => Promise<Service>,
  ) {
    this.up = Promise.resolve();
    this.over = this.keepUp();
  }

  get pid(): number {
    return this.current.pid;
  }

  /** Resolves once the program is dead. It is started again `awayMs` later. */
  async kill(signal: NodeJS.Signals, awayMs: number): Promise<void> {
    await this.running();
    if (this.stopping) return;
    this.awayMs = awayMs;
    this.endedByItself -= 1;
    const { ended } = this.current;
    this.current.kill(signal);
    await ended;
  }

  /** Resolves once the program serves. */
  async running(): Promise<void> {
    let seen: Promise<void> | undefined;
    while (seen !== this.up) await (seen = this.up);
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.current.stop();
    await this.over;
  }

  private async keepUp(): Promise<void> {
    for (;;) {
      await this.current.ended;
      if (this.stopping) return;
      this.endedByItself += 1;
      this.up = this.again();
      await this.up;
    }
  }

  private async again(): Promise<void> {
    for (let pause = this.awayMs; !this.stopping; pause = AGAIN_MS) {
      await sleep(pause);
      this.awayMs = AGAIN_MS;
      if (this.stopping) return;
      try {
        this.current = await this.start();
        // Nobody else knows of what came up while the others were being stopped.
        if (this.stopping) await this.current.stop();
        return;
      } catch {
        // Its log says why; most often PostgreSQL or Temporal is away as well.
      }
    }
  }
}
