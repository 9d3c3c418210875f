import type { Logger } from 'pino';
import { type News, judgeNews, puzzled, understood } from '../books/np-news';
import { type Db, type Tx, instantOut, isRefusal } from '../prisma/db';

interface NewsRow {
  storeId: string;
  id: string;
  target: string;
  /** Which try this is. */
  attempts: number;
}

/** What PostgreSQL keeps refusing (a constraint, say) is not mended by trying: after about 6 s of tries a person is asked. */
const TRIES = 6;

/**
 * Judges one piece of a provider's news by the state it meets: books what is a fact, tells workflows what they wait for. What
 * can't be understood, or not be booked, is an incident and done with; kept as received, it is judged again when it may be
 * understood (`applyKeptNews`).
 */
export async function applyNews({ db, log }: { db: Db; log: Logger }, row: NewsRow): Promise<void> {
  const apply = (how: (tx: Tx, news: News, type: string, data: unknown) => Promise<string | null>) =>
    db.$transaction(async (tx) => {
      const { eventId, type, data, at } = await tx.providerNews.findUniqueOrThrow({
        where: { storeId_eventId: { storeId: row.storeId, eventId: row.target } },
      });
      const news = { storeId: row.storeId, eventId, at: instantOut(at) };
      const why = await how(tx, news, type, data);
      if (why === null) await understood(tx, news);
      else await puzzled(tx, news, why);
      const now = new Date();
      await tx.dispatch.updateMany({
        where: { storeId: row.storeId, id: row.id },
        data: { deliveredAt: now, processedAt: now },
      });
    });
  try {
    await apply(judgeNews);
  } catch (e) {
    // What passes (a deadlock, a recovery, a timeout) is waited out, however long it takes.
    if (row.attempts < TRIES || !isRefusal(e)) throw e;
    log.error({ storeId: row.storeId, id: row.id, err: e }, "a provider's news can't be booked");
    // With PostgreSQL away this fails as well, and the news is tried again.
    await apply(() => Promise.resolve(`can't be booked: ${(e as Error).message}`));
  }
}
