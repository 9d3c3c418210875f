import type { Instant } from '../../domain/calendar';
import { mailTime } from '../../domain/policy';
import type { Prisma } from '../../generated/prisma/client';
import { type Tx, instantIn, sql } from '../../prisma/db';
import { keys } from '../../workflows/contracts/keys';
import type { MailTemplate } from '../../documents/mails';
import { enqueueFrom } from '../lib/outbox';
import { keyFrom } from '../lib/sql';

/** SQL for the recipients of an invoice's mail: the addresses frozen at its issue, To first. `i` is the invoice's row. */
const RECIPIENTS = sql`
  ARRAY[i.recipient->>'email_to'] || ARRAY(SELECT jsonb_array_elements_text(coalesce(i.recipient->'email_cc', '[]')))`;

/**
 * Queues a mail for each selected invoice, in one statement, because a month's issue may write 100,000. The PDF is rendered when
 * the mail goes out (dispatch/send-mail.ts). In the SQL arguments, `i` is the invoice's row.
 * @param mail.event key of the event that the mail reports
 * @param mail.data data of the mail's template
 * @param mail.which condition that selects the invoices of the store
 */
export async function queueInvoiceMails(
  tx: Tx,
  { storeId, at }: { storeId: string; at: Instant },
  mail: { template: MailTemplate; event: Prisma.Sql; data: Prisma.Sql; which: Prisma.Sql },
): Promise<void> {
  const { template, event, data, which } = mail;
  await tx.$executeRaw(sql`/* set */
    WITH queued AS (
      INSERT INTO mails (store_id, key, template, account_id, invoice_id, data, recipients)
      SELECT i.store_id, ${keyFrom(keys.mail('*', template), event)}, ${template}, i.account_id, i.id, ${data}, ${RECIPIENTS}
        FROM invoices i
       WHERE i.store_id = ${storeId} AND ${which}
       ORDER BY i.number
      ON CONFLICT DO NOTHING
      RETURNING key
    )
    ${enqueueFrom(sql`
      SELECT ${storeId}, key, 'mail', key, ${template}, '{}'::jsonb, ${instantIn(at)}::timestamptz,
             ${instantIn(mailTime(at))}::timestamptz
        FROM queued`)}`);
}
