import { documentKinds, documentOrigins } from '../domain/vocabulary';
import type { Document } from '../generated/prisma/client';
import { dateOut } from '../prisma/db';
import { z } from './lib/zod';

export const documentShape = z.object({
  id: z.string(),
  object: z.literal('document'),
  kind: z.enum(documentKinds),
  origin: z.enum(documentOrigins),
  invoice_id: z.string().nullable(),
  revision: z.number(),
  issued_on: z.string(),
  amount: z.number(),
  counterparty: z.string(),
  content_type: z.string(),
  sha256: z.string(),
  file: z.string(),
});
export type DocumentView = z.infer<typeof documentShape>;

export function documentView(row: Omit<Document, 'bytes'>): DocumentView {
  return {
    id: row.id,
    object: 'document',
    kind: row.kind,
    origin: row.origin,
    invoice_id: row.invoiceId,
    revision: row.revision,
    issued_on: dateOut(row.issuedOn),
    amount: Number(row.amount),
    counterparty: row.counterparty,
    content_type: row.contentType,
    sha256: row.sha256,
    file: `/v1/documents/${row.id}`,
  };
}
