import type { Instant } from '../../domain/calendar';
import { mailTime } from '../../domain/policy';
import type { MailTemplate } from '../../documents/mails';
import type { Tx } from '../../prisma/db';
import { keys } from '../../workflows/contracts/keys';
import { enqueue } from './outbox';

export interface MailFact {
  storeId: string;
  /** Key of the event that the mail reports. */
  event: string;
  template: MailTemplate;
  at: Instant;
  accountId: string;
  orderId?: string;
  invoiceId?: string;
  to: string[];
  data: PrismaJson.MailMembers;
}

/** Queues a mail. It goes out at once between 09:00 and 18:00 JST by the store's clock, else at the next 09:00. */
export async function queueMail(tx: Tx, mail: MailFact): Promise<void> {
  const key = keys.mail(mail.event, mail.template);
  await tx.mail.createMany({
    data: [
      {
        storeId: mail.storeId,
        key,
        template: mail.template,
        accountId: mail.accountId,
        orderId: mail.orderId ?? null,
        invoiceId: mail.invoiceId ?? null,
        data: mail.data,
        recipients: mail.to,
      },
    ],
    skipDuplicates: true,
  });
  await enqueue(tx, {
    storeId: mail.storeId,
    id: key,
    kind: 'mail',
    target: key,
    name: mail.template,
    payload: {},
    at: mail.at,
    dueAt: mailTime(mail.at),
  });
}
