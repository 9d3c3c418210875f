import { storeDocument } from '../../../books/invoice/documents';
import { resolveIncident } from '../../../books/lib/incidents';
import type { Instant } from '../../../domain/calendar';
import { keys } from '../../../workflows/contracts/keys';
import type { Deps } from '../../lib/deps';
import { callProvider } from '../../lib/gateway-call';

/**
 * Stores the document that NP issued for the newest revision of an invoice, once and as received (the law 電子帳簿保存法 requires
 * this). NP is the credit provider NP掛け払い. Then resolves the incident about the missing document, if there is one. Does nothing
 * for an invoice that the store issues itself.
 * @throws ProviderError when NP can't be reached, ApplicationFailure non-retryable ProviderRejected when NP refuses the document
 */
export async function storeBillDocument(
  { db, credit }: Pick<Deps, 'db' | 'credit'>,
  { storeId, at, invoiceId }: { storeId: string; at: Instant; invoiceId: string },
): Promise<void> {
  const where = { storeId_id: { storeId, id: invoiceId } };
  const { settlement, number, kind, revision, issuedOn, total, recipient } = await db.invoice.findUniqueOrThrow({
    where,
  });
  if (settlement !== 'np' || number === null || issuedOn === null) return;
  const id = keys.document(invoiceId, revision);
  if (await db.document.findUnique({ where: { storeId_id: { storeId, id } }, select: { id: true } })) return;

  const np = await credit(storeId);
  const { contentType, bytes } = await callProvider(() => np.billDocument(number));
  await db.$transaction(async (tx) => {
    await storeDocument(tx, {
      storeId,
      kind,
      origin: 'received',
      invoiceId,
      revision,
      issuedOn,
      amount: total,
      counterparty: recipient!.company,
      contentType,
      bytes,
    });
    await resolveIncident(tx, { storeId, at }, keys.incident.documentMissing(invoiceId, revision), 'document_stored');
  });
}
