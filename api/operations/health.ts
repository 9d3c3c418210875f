import { Router } from 'express';
import type { Db } from '../../prisma/db';

/** /healthz answers 200 always. /readyz answers 200 if the database and, where it is checked, Temporal answer; else 503. */
export function healthRoutes(db: Db, temporalReady: (() => Promise<boolean>) | undefined): Router {
  const router = Router();
  router.get('/healthz', (_req, res) => void res.json({ status: 'ok' }));
  router.get('/readyz', async (_req, res) => {
    const [database, temporal] = await Promise.all([
      db.$queryRaw`SELECT 1`.then(
        () => true,
        () => false,
      ),
      temporalReady ? temporalReady().catch(() => false) : null,
    ]);
    const ready = database && temporal !== false;
    res.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not_ready', database, temporal });
  });
  return router;
}
