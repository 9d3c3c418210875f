import { createHash } from 'node:crypto';
import type { Deps } from './deps';
import { asked } from './gateway-call';

/** What says that a revision's document is missing. */
export const documentIncident = (invoiceId: string, revision: number) => `document/${invoiceId}/${revision}`;

/**
 * Keeps the document NP issued for the newest revision of an invoice, once, as it came (電子帳簿保存法); an incident that it was
 * missing is then resolved. Nothing to do for an invoice that the store issues itself.
 * @throws ProviderError when NP can't be reached, ApplicationFailure non-retryable ProviderRejected when it won't give it
 */
export async function storeBillDocument(
  { db, credit }: Pick<Deps, 'db' | 'credit'>,
  { storeId, invoiceId }: { storeId: string; invoiceId: string },
): Promise<void> {
  const where = { storeId_id: { storeId, id: invoiceId } };
  const { settlement, number, kind, revision, issuedOn, total, recipient } = await db.invoice.findUniqueOrThrow({
    where,
  });
  if (settlement !== 'np' || number === null || issuedOn === null) return;
  const id = `doc_${invoiceId}_${revision}`;
  if (await db.document.findUnique({ where: { storeId_id: { storeId, id } }, select: { id: true } })) return;

  const np = await credit(storeId);
  const { contentType, bytes } = await asked(() => np.billDocument(number));
  await db.$transaction(async (tx) => {
    await tx.document.createMany({
      data: [
        {
          storeId,
          id,
          kind,
          origin: 'received',
          invoiceId,
          revision,
          issuedOn,
          amount: total,
          counterparty: recipient!.company,
          contentType,
          sha256: createHash('sha256').update(bytes).digest('hex'),
          bytes: Uint8Array.from(bytes),
        },
      ],
      skipDuplicates: true,
    });
    await tx.invoice.updateMany({ where: { storeId, id: invoiceId, revision }, data: { documentId: id } });
    await tx.incident.updateMany({
      where: { storeId, id: documentIncident(invoiceId, revision), status: 'open' },
      data: { status: 'resolved', resolution: 'document_stored' },
    });
  });
}
