import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { z } from 'zod';

/** Longer than any outage a test waits for; a mistyped figure must not close a simulator for a day. */
const LONGEST_MS = 600_000;
const awaySchema = z.strictObject({ for_ms: z.int().min(1).max(LONGEST_MS) });

/**
 * A simulator on its port. `POST /control/away {"for_ms": …}` closes the port and every connection, and opens it again after
 * that time: whoever calls meanwhile, control calls included, is refused by the operating system as a provider's dead front is.
 * What was under way is cut off and has its effect.
 */
export class Listener {
  private server!: Server;
  private back: NodeJS.Timeout | undefined;
  private port = 0;
  private readonly app = express();

  constructor(simulator: express.Express) {
    this.app.disable('x-powered-by');
    this.app.post('/control/away', express.json(), (req, res) => {
      const asked = awaySchema.safeParse(req.body);
      if (!asked.success) return void res.status(422).json({ error: asked.error.message });
      // After the answer has left: the caller's connection is closed with the others.
      res.once('finish', () => void this.away(asked.data.for_ms));
      res.status(204).end();
    });
    this.app.use(simulator);
  }

  async listen(port: number): Promise<string> {
    this.server = await new Promise<Server>((resolve, reject) => {
      const server = this.app.listen(port, (error?: Error) => (error ? reject(error) : resolve(server)));
    });
    // A port of chance is kept: callers know it.
    this.port = (this.server.address() as AddressInfo).port;
    return `http://localhost:${this.port}`;
  }

  async close(): Promise<void> {
    clearTimeout(this.back);
    await this.shut();
  }

  private async away(forMs: number): Promise<void> {
    await this.shut();
    this.back = setTimeout(() => void this.listen(this.port), forMs);
  }

  private async shut(): Promise<void> {
    if (!this.server.listening) return;
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }
}
