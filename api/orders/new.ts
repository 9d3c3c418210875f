import type { NewOrder } from '../../books/order/accept';
import { text } from '../../views/lib/members';
import { z } from '../../views/lib/zod';
import { httpUrl, id } from '../lib/input/schemas';

const token = z.string().min(1).max(200);

/** A card as the script of SBPS, the card gateway, returns it to the payment page: one-time tokens, never the card's number. */
export const card = {
  token,
  token_key: token,
  brand: text(30).optional().openapi({ description: 'As the payment page read it (P8)', example: 'VISA' }),
  divisions: z.int().min(1).default(1).openapi({ description: 'Only 1, 一括払い (P9)' }),
};

export const newOrder = z.strictObject({
  account_id: id,
  billing_destination_id: id.optional().openapi({ description: 'The account’s default one if absent' }),
  reference: text(100).optional().openapi({ description: 'The shop’s own number of the order; unique' }),
  payment: z.discriminatedUnion('method', [
    z.strictObject({ method: z.literal('bank_transfer') }),
    z.strictObject({
      method: z.literal('card'),
      ...card,
      return_urls: z
        .strictObject({ ok: httpUrl, ng: httpUrl })
        .optional()
        .openapi({ description: 'The shop’s pages for the return from 3-D Secure' }),
    }),
  ]),
  lines: z
    .array(z.strictObject({ plan_id: id, quantity: z.int().min(1).max(100_000) }))
    .min(1)
    .max(100),
  consent: z.strictObject({ terms_version: text(50) }).optional(),
  po_number: text(100).optional().openapi({ description: 'Printed on the invoice' }),
  subject: text(100).optional().openapi({ description: 'Printed on the invoice' }),
  metadata: z
    .record(z.string().min(1).max(40), z.string().max(500))
    .refine((metadata) => Object.keys(metadata).length <= 20 && !('return_urls' in metadata))
    .default({}),
});

/** The order that the body describes. Its metadata also keeps the shop's pages for the return from 3-D Secure. */
export function orderOf(body: z.output<typeof newOrder>): NewOrder {
  const { payment, consent, metadata } = body;
  return {
    accountId: body.account_id,
    billingDestinationId: body.billing_destination_id,
    reference: body.reference,
    payment: payment.method === 'card' ? { ...payment, tokenKey: payment.token_key } : payment,
    lines: body.lines.map(({ plan_id, quantity }) => ({ planId: plan_id, quantity })),
    consent: consent && { termsVersion: consent.terms_version },
    poNumber: body.po_number,
    subject: body.subject,
    metadata:
      payment.method === 'card' && payment.return_urls ? { ...metadata, return_urls: payment.return_urls } : metadata,
  };
}
