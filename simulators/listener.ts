import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { z } from 'zod';

/**
 * Longest time in milliseconds for which `/control/away` closes a simulator. It is longer than any outage that a test
 * needs. Without a limit, a mistyped number could close a simulator for a day.
 */
const LONGEST_MS = 600_000;
const awaySchema = z.strictObject({ for_ms: z.int().min(1).max(LONGEST_MS) });

/**
 * Serves a simulator on a port. It can also play a provider that is down: `POST /control/away {"for_ms": …}` closes the
 * port and every connection, and reopens the port after that many milliseconds. Meanwhile the operating system refuses
 * every call, even to `/control`. Requests in progress lose their connection but still take effect.
 */
export class Listener {
  private server!: Server;
  private reopening: NodeJS.Timeout | undefined;
  private port = 0;
  private readonly app = express();

  constructor(simulator: express.Express) {
    this.app.disable('x-powered-by');
    this.app.post('/control/away', express.json(), (req, res) => {
      const asked = awaySchema.safeParse(req.body);
      if (!asked.success) return void res.status(422).json({ error: asked.error.message });
      // Waits until the answer is sent, because goAway closes the caller's connection too.
      res.once('finish', () => void this.goAway(asked.data.for_ms));
      res.status(204).end();
    });
    this.app.use(simulator);
  }

  async listen(port: number): Promise<string> {
    this.server = await new Promise<Server>((resolve, reject) => {
      const server = this.app.listen(port, (error?: Error) => (error ? reject(error) : resolve(server)));
    });
    // Keeps the port that the system chose for port 0. A reopening must use the same one, because callers know it.
    this.port = (this.server.address() as AddressInfo).port;
    return `http://localhost:${this.port}`;
  }

  async close(): Promise<void> {
    clearTimeout(this.reopening);
    await this.stopListening();
  }

  private async goAway(forMs: number): Promise<void> {
    await this.stopListening();
    this.reopening = setTimeout(() => void this.listen(this.port), forMs);
  }

  private async stopListening(): Promise<void> {
    if (!this.server.listening) return;
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }
}
