import { setTimeout as sleep } from 'node:timers/promises';
import type { Service } from './processes';

/**
 * Pause before a restart of a program that ended by itself, or that could not start because a server it needs is away. systemd
 * and Compose restart programs in the same way.
 */
const RESTART_MS = 500;

/** A program that is restarted whenever it ends, until `stop` is called, and that may be killed on purpose. */
export class Supervised {
  private stopping = false;
  private awayMs = RESTART_MS;
  private up: Promise<void>;
  private readonly finished: Promise<void>;
  /** How often the program ended without a call of `kill`. */
  endedByItself = 0;

  /** @param start starts the program again. It throws when that fails, and then leaves no process behind */
  constructor(
    private current: Service,
    private readonly start: () => Promise<Service>,
  ) {
    this.up = Promise.resolve();
    this.finished = this.keepUp();
  }

  get pid(): number {
    return this.current.pid;
  }

  /** Kills the program and waits until it has ended. The restart follows `awayMs` later. */
  async kill(signal: NodeJS.Signals, awayMs: number): Promise<void> {
    await this.running();
    if (this.stopping) return;
    this.awayMs = awayMs;
    this.endedByItself -= 1;
    const { ended } = this.current;
    this.current.kill(signal);
    await ended;
  }

  /** Waits until the program is ready, also through a restart that is under way. */
  async running(): Promise<void> {
    let seen: Promise<void> | undefined;
    while (seen !== this.up) await (seen = this.up);
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.current.stop();
    await this.finished;
  }

  private async keepUp(): Promise<void> {
    for (;;) {
      await this.current.ended;
      if (this.stopping) return;
      this.endedByItself += 1;
      this.up = this.restart();
      await this.up;
    }
  }

  private async restart(): Promise<void> {
    for (let pause = this.awayMs; !this.stopping; pause = RESTART_MS) {
      await sleep(pause);
      this.awayMs = RESTART_MS;
      if (this.stopping) return;
      try {
        this.current = await this.start();
        // If stop() was called while the program was starting, stop() did not know the new process, so it is stopped here.
        if (this.stopping) await this.current.stop();
        return;
      } catch {
        // The program's log says why it could not start. Most often PostgreSQL or Temporal is away too. The loop tries again.
      }
    }
  }
}
