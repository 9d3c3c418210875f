import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { z } from 'zod';

/** Longer than any outage a test waits for. The limit keeps a mistyped number from closing a simulator for a day. */
const LONGEST_MS = 600_000;
const awaySchema = z.strictObject({ for_ms: z.int().min(1).max(LONGEST_MS) });

/**
 * A simulator on its port. `POST /control/away {"for_ms": …}` closes the port and every connection, and reopens the
 * port after that time. Meanwhile the operating system refuses every call, control calls too, as for a provider that is
 * down. Requests in progress lose their connection but still take effect.
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
      // Closes only after the answer is sent, because the connection of the caller is closed too.
      res.once('finish', () => void this.goAway(asked.data.for_ms));
      res.status(204).end();
    });
    this.app.use(simulator);
  }

  async listen(port: number): Promise<string> {
    this.server = await new Promise<Server>((resolve, reject) => {
      const server = this.app.listen(port, (error?: Error) => (error ? reject(error) : resolve(server)));
    });
    // Keeps a port that the system chose, because callers know it by now.
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
