import express from 'express';
import { alarmRoutes } from './alarms';
import type { Merchant } from './books';
import { ControlError, controlRoutes } from './control';
import { NpError } from './wire/errors';
import { NotDelivered } from './post';
import { wireRoutes } from './wire/wire';

/**
 * Simulator of NP掛け払い (NP, the credit provider). `/v1` is NP's API. Tests and the demo control the simulator at
 * `/control`. It has no clock: for later work, the store's clock calls back at `/alarms`. It keeps the data of each merchant
 * in memory. docs/magic-values/np.md lists its features.
 */
export function createNpSimulator(): express.Express {
  const merchants = new Map<string, Merchant>();
  const app = express();
  app.disable('x-powered-by');
  app.use('/v1', wireRoutes(merchants));
  app.use('/alarms', alarmRoutes(merchants));
  app.use('/control', controlRoutes(merchants));
  app.use(((error, _req, res, next) => {
    if (res.headersSent) return next(error);
    if (error instanceof NpError) return void res.status(error.httpStatus).json(error.body);
    if (error instanceof ControlError) return void res.status(error.httpStatus).json({ error: error.message });
    // The call had to send a message, and it was not delivered. 503 asks the caller to repeat the call, which then continues
    // where this one stopped.
    if (error instanceof NotDelivered) {
      const { body } = new NpError('maintenance', error.message);
      return void res.status(503).json(body);
    }
    if (error instanceof SyntaxError && 'body' in error) {
      const { httpStatus, body } = new NpError('field', 'not JSON');
      return void res.status(httpStatus).json(body);
    }
    next(error);
  }) satisfies express.ErrorRequestHandler);
  return app;
}
