import { supportDesksOf } from '../domain/support-desks';
import { type MailFrame, type MailTemplate, renderMail, withDocument } from '../documents/mails';
import { DocumentSumError } from '../documents/render';
import { MissingGlyphError, TypstError } from '../documents/typst';
import { ProviderError } from '../providers/errors';
import type { MailProvider, OutgoingMail } from '../providers/mail/port';
import { type Db, type Tx, instantOut } from '../prisma/db';
import { emit } from '../books/lib/events';
import { openIncident } from '../books/lib/incidents';
import { ownDocument } from '../books/invoice/own-documents';
import { sellerOf } from '../books/invoice/parties';
import { keys } from '../workflows/contracts/keys';

/** The database, and the provider that sends the mails. */
export interface MailDeps {
  db: Db;
  mail: MailProvider;
}

/** A row of the dispatch table for a mail that is due. `target` is the key of the mail. */
interface MailRow {
  storeId: string;
  target: string;
  at: Date;
  dueAt: Date;
}

/** Retries end after 23 h, because the mail provider Resend forgets an idempotency key after 24 h, and a call may be slow. */
const RETRY_MS = 23 * 3_600_000;

/**
 * Sends one queued mail and emits `mail.sent`. If 23 h after the first try it is still unknown whether the mail went out, an
 * incident is opened and the mail is not sent again, because the buyer could get it twice. The first try is always made, even
 * days late.
 */
export async function sendMail(deps: MailDeps, row: MailRow): Promise<void> {
  const { db } = deps;
  const { storeId, target: key } = row;
  const mail = await db.mail.findUniqueOrThrow({ where: { storeId_key: { storeId, key } } });
  const at = instantOut(row.dueAt);
  if (mail.status !== 'queued') return done(deps, row, async () => {});
  if (mail.firstTriedAt && Date.now() - mail.firstTriedAt.getTime() > RETRY_MS)
    return giveUp(deps, row, 'unknown', 'not known to be sent within 23 h of the first try');
  const template = mail.template;
  const rendered = renderMail(template, {
    ...mail.data,
    ...(await frameOf(deps, storeId, mail)),
  });
  const store = await db.store.findUniqueOrThrow({ where: { id: storeId }, select: { mailFrom: true } });
  const [to, ...cc] = mail.recipients;
  let attachments: OutgoingMail['attachments'];
  try {
    attachments = await attachmentsOf(deps, storeId, template, mail.invoiceId);
  } catch (e) {
    if (!cannotBeDrawn(e)) throw e;
    return giveUp(deps, row, 'failed', `its document can't be drawn: ${e.message}`);
  }
  await db.mail.updateMany({ where: { storeId, key, firstTriedAt: null }, data: { firstTriedAt: new Date() } });
  let providerId: string;
  try {
    ({ providerId } = await deps.mail.send({
      from: store.mailFrom,
      to: [to!],
      cc,
      ...rendered,
      attachments,
      idempotencyKey: keys.call.mail(storeId, key),
      at,
    }));
  } catch (e) {
    if (e instanceof ProviderError && e.failure === 'rejected') return giveUp(deps, row, 'failed', e.message);
    throw e;
  }
  await done(deps, row, async (tx) => {
    await tx.mail.update({
      where: { storeId_key: { storeId, key } },
      data: { status: 'sent', providerId, sentAt: row.dueAt, ...rendered },
    });
    await emit(tx, {
      storeId,
      key: keys.event.mailSent(key),
      type: 'mail.sent',
      at,
      accountId: mail.accountId,
      ...(mail.orderId && { orderId: mail.orderId }),
      ...(mail.invoiceId && { invoiceId: mail.invoiceId }),
      data: { template, to: mail.recipients },
    });
  });
}

async function done({ db }: MailDeps, { storeId, target }: MailRow, work: (tx: Tx) => Promise<void>): Promise<void> {
  await db.$transaction(async (tx) => {
    await work(tx);
    const now = new Date();
    await tx.dispatch.updateMany({ where: { storeId, id: target }, data: { deliveredAt: now, processedAt: now } });
  });
}

function giveUp(deps: MailDeps, row: MailRow, status: 'unknown' | 'failed', why: string): Promise<void> {
  return done(deps, row, async (tx) => {
    await tx.mail.update({ where: { storeId_key: { storeId: row.storeId, key: row.target } }, data: { status } });
    await openIncident(tx, {
      storeId: row.storeId,
      id: row.target,
      kind: `mail_${status}` as const,
      at: instantOut(row.dueAt),
      detail: { failure: why },
    });
  });
}

async function attachmentsOf(
  { db }: MailDeps,
  storeId: string,
  template: MailTemplate,
  invoiceId: string | null,
): Promise<OutgoingMail['attachments']> {
  if (!withDocument.has(template) || invoiceId === null) return [];
  const document = await ownDocument(db, storeId, invoiceId);
  return document ? [{ filename: document.name, contentType: 'application/pdf', content: document.bytes }] : [];
}

/** True if the attached document can't be drawn from its data. A retry would fail the same way, so the mail is given up. */
function cannotBeDrawn(e: unknown): e is Error {
  return e instanceof DocumentSumError || e instanceof MissingGlyphError || e instanceof TypstError;
}

/** The names of sender and recipient that the mail shows: the current ones, except for the recipient of an attached invoice. */
async function frameOf(
  { db }: MailDeps,
  storeId: string,
  { template, accountId, invoiceId }: { template: MailTemplate; accountId: string; invoiceId: string | null },
): Promise<MailFrame> {
  const store = await db.store.findUniqueOrThrow({ where: { id: storeId } });
  // A mail with an attached invoice addresses the recipient frozen at the invoice's issue, whom the PDF names.
  const invoice =
    withDocument.has(template) && store.settlement === 'in_house' && invoiceId !== null
      ? await db.invoice.findUnique({ where: { storeId_id: { storeId, id: invoiceId } } })
      : null;
  const billed = invoice?.recipient;
  const account = await db.account.findUniqueOrThrow({ where: { storeId_id: { storeId, id: accountId } } });
  const seller = sellerOf(store);
  const settlesByNp = store.settlement === 'np';
  return {
    store: {
      name: store.name,
      seller: seller.name,
      url: seller.contactUrl,
      desks: supportDesksOf({ name: store.name, contactUrl: seller.contactUrl, settlesByNp }),
      settlesByNp,
    },
    recipient: billed ?? {
      company: account.companyName,
      department: account.department,
      person: account.contactPerson,
    },
  };
}
