import type { Logger } from 'pino';
import type { Db } from '../../prisma/db';
import type { CardProvider } from '../../providers/cards/port';
import type { CreditProvider } from '../../providers/credit/port';
import type { MailProvider } from '../../providers/mail/port';

/** The things that activities use from outside: the database, the providers, the public address of the API, and the log. */
export interface Deps {
  db: Db;
  credit(storeId: string): Promise<CreditProvider>;
  cards(storeId: string): Promise<CardProvider>;
  mail: MailProvider;
  /** The base URL under which a buyer's browser reaches the API. */
  publicUrl: string;
  log: Logger;
}
