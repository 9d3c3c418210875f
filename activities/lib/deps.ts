import type { Logger } from 'pino';
import type { Db } from '../../prisma/db';
import type { CardProvider } from '../../providers/cards/port';
import type { CreditProvider } from '../../providers/credit/port';
import type { MailProvider } from '../../providers/mail/port';

/** The dependencies of every activity: the database, each store's providers, and the public address of this engine. */
export interface Deps {
  db: Db;
  credit(storeId: string): Promise<CreditProvider>;
  cards(storeId: string): Promise<CardProvider>;
  mail: MailProvider;
  /** Base URL of the API as a shopper's browser reaches it. */
  publicUrl: string;
  log: Logger;
}
