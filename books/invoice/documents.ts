import { createHash } from 'node:crypto';
import type { Tx } from '../../prisma/db';
import { keys } from '../../workflows/contracts/keys';

export interface NewDocument {
  storeId: string;
  /** The kind of document that the invoice is. */
  kind: 'invoice' | 'debit_notice' | 'receipt';
  /** Issued by the store, or received from the credit provider NP掛け払い. */
  origin: 'issued' | 'received';
  invoiceId: string;
  revision: number;
  /** A date in Japan, as the database stores it. */
  issuedOn: Date;
  /** Yen with tax. */
  amount: bigint;
  /** The company that the document is made out to. */
  counterparty: string;
  contentType: string;
  bytes: Uint8Array;
}

/**
 * Stores the document of one revision of an invoice. The law (電子帳簿保存法) requires that a stored document never changes, so
 * if the revision has a document already, that one stays. The invoice links to it if the revision is still the newest.
 */
export async function storeDocument(tx: Tx, { bytes, ...document }: NewDocument): Promise<void> {
  const { storeId, invoiceId, revision } = document;
  const id = keys.document(invoiceId, revision);
  await tx.document.createMany({
    data: [
      {
        ...document,
        id,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        bytes: Uint8Array.from(bytes),
      },
    ],
    skipDuplicates: true,
  });
  await tx.invoice.updateMany({ where: { storeId, id: invoiceId, revision }, data: { documentId: id } });
}
