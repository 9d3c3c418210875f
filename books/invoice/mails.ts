import type { Instant } from '../../domain/calendar';
import { mailTime } from '../../domain/policy';
import type { Prisma } from '../../generated/prisma/client';
import { type Tx, instantIn, sql } from '../../prisma/db';
import { keys } from '../../workflows/contracts/keys';
import type { MailTemplate } from '../../documents/mails';
import { enqueueFrom } from '../lib/outbox';
import { keyFrom } from '../lib/sql';

/** Recipients of an invoice's mail: the addresses frozen with it, To first. Reads the row `i`. */
const RECIPIENTS = sql`
  ARRAY[i.recipient->>'email_to'] || ARRAY(SELECT jsonb_array_elements_text(coalesce(i.recipient->'email_cc', '[]')))`;

/**
 * Queues one mail for each of any number of invoices, in two inserts of one statement: a month's issue writes 100,000. The PDF
 * is drawn when the mail goes out (dispatch/send-mail.ts).
 * @param event key of the event that the mail reports, from the row `i`
 * @param data data of its template, from the row `i`
 * @param which condition on the row `i` of invoices; already bound to the store
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
