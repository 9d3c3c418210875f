import { createHash } from 'node:crypto';
import type { Tx } from '../../prisma/db';
import { keys } from '../../workflows/contracts/keys';

export interface NewDocument {
  storeId: string;
  /** As the invoice's. */
  kind: 'invoice' | 'debit_notice' | 'receipt';
  /** Issued by the store, or received from NP. */
  origin: 'issued' | 'received';
  invoiceId: string;
  revision: number;
  /** JST date as stored. */
  issuedOn: Date;
  /** Yen with tax. */
  amount: bigint;
  /** Whom it is made out to. */
  counterparty: string;
  contentType: string;
  bytes: Uint8Array;
}

/**
 * Stores the document of an invoice's revision, once and for good (電子帳簿保存法), and names it on the invoice while that
 * revision is the newest. If two workers drew it concurrently, the first one stays.
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
