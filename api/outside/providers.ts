import type { Request, RequestHandler, Response } from 'express';
import { enqueue } from '../../books/lib/outbox';
import type { Store } from '../../generated/prisma/client';
import { instantIn } from '../../prisma/db';
import type { z } from '../../views/lib/zod';
import { keys } from '../../workflows/contracts/keys';
import { alarmToken, basicCredentials, sameSecret } from '../lib/auth';
import { parse } from '../lib/input/parse';
import { throwRefusal } from '../lib/problems';
import { alarm, news } from './messages';
import type { Surroundings } from '../lib/route';
import { jsonBody } from '../lib/serve';
import { storeNow } from '../lib/store-clock';

/*
 * The endpoints for news from NP, the credit provider, and for the alarms that simulators set on a store's clock. Each message
 * has an id of its own, and a second message with the same id has no effect. Both are accepted even while a clock advances,
 * because the work of an advance itself causes them.
 */

/** The handlers of both endpoints. They answer 202 to a new message and 200 to one whose id is known. */
export function providerHandlers(env: Surroundings): { news: RequestHandler[]; alarm: RequestHandler[] } {
  return {
    news: [
      jsonBody,
      async (req, res) => {
        const store = await storeNamed(env, req);
        const np = store?.np;
        const given = basicCredentials(req.get('authorization'));
        const expected = np?.shop_code && np.sp_code ? `${np.shop_code}:${np.sp_code}` : null;
        if (!store || !expected || !given || !sameSecret(`${given.user}:${given.password}`, expected)) {
          res.set('WWW-Authenticate', 'Basic');
          return throwRefusal('unauthorized');
        }
        const told = parse(news, req.body ?? {}, req);
        const isNew = await takeNews(env, store, told);
        answer(res, isNew, told.event_id);
      },
    ],
    alarm: [
      jsonBody,
      async (req, res) => {
        const store = await storeNamed(env, req);
        const token = /^Bearer +(\S+)$/i.exec(req.get('authorization') ?? '')?.[1];
        if (!store || !token || !sameSecret(token, alarmToken(store.id, env.adminKey)))
          return throwRefusal('unauthorized');
        const filed = parse(alarm, req.body ?? {}, req);
        const id = keys.message.alarm(filed.id);
        const isNew = await env.db.$transaction(async (tx) => {
          const known = await tx.dispatch.findUnique({
            where: { storeId_id: { storeId: store.id, id } },
            select: { seq: true },
          });
          const row = { kind: 'http', target: filed.callback_url, name: 'alarm', payload: filed.body } as const;
          await enqueue(tx, { storeId: store.id, id, ...row, at: filed.at, dueAt: filed.at });
          return known === null;
        });
        answer(res, isNew, filed.id);
      },
    ],
  };
}

/**
 * Stores news as received and queues it. The news is due at the instant at which it happened, or now if that is in the future.
 * @returns false if news with this event id was stored before
 */
async function takeNews(env: Surroundings, store: Store, told: z.output<typeof news>): Promise<boolean> {
  return env.db.$transaction(async (tx) => {
    const now = await storeNow(tx, store, env.now);
    const { count } = await tx.providerNews.createMany({
      data: [
        {
          storeId: store.id,
          eventId: told.event_id,
          type: told.type,
          data: told.data,
          at: instantIn(told.occurred_at),
        },
      ],
      skipDuplicates: true,
    });
    if (count === 0) return false;
    await enqueue(tx, {
      storeId: store.id,
      id: keys.message.providerNews(told.event_id),
      kind: 'news',
      target: told.event_id,
      name: told.type,
      payload: {},
      at: told.occurred_at,
      dueAt: told.occurred_at < now ? told.occurred_at : now,
    });
    return true;
  });
}

async function storeNamed(env: Surroundings, req: Request): Promise<Store | null> {
  return env.db.store.findUnique({ where: { id: String(req.params['storeId']) } });
}

function answer(res: Response, isNew: boolean, id: string): void {
  res.status(isNew ? 202 : 200).json({ id, accepted: true });
}
