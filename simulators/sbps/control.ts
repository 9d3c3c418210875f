import express from 'express';
import { z } from 'zod';
import type { SbpsBooks } from './books';
import { cardSchema } from './cards';
import { type Faults, faultSchema } from './faults';

const merchantSchema = z.strictObject({
  merchant_id: z.string().regex(/^\d{5}$/),
  service_id: z.string().regex(/^\d{3}$/),
  hash_key: z.string().regex(/^[\x21-\x7e]+$/),
});

const answerSchema = z.strictObject({ result: z.enum(['passed', 'failed']) });

/** Calls in JSON by which tests, scripts and the demo control the simulator. The real SBPS does not have them. */
export function controlRoutes(books: SbpsBooks, faults: Faults): express.Router {
  const router = express.Router();
  router.use(express.json());

  router.post('/merchants', (req, res) => {
    const body = parse(merchantSchema, req.body, res);
    if (!body) return;
    const merchant = { merchantId: body.merchant_id, serviceId: body.service_id, hashKey: body.hash_key };
    books.merchants.set(merchant.merchantId, merchant);
    res.status(204).end();
  });

  /** Issues a card token, as SBPS's JavaScript does in the shopper's browser. */
  router.post('/tokens', (req, res) => {
    const card = parse(cardSchema, req.body, res);
    if (card) res.status(201).json(books.tokens.issue(card));
  });

  /** Answers 3-D Secure in place of the shopper. `location` is the address to which the browser would go. */
  router.post('/3ds/:id', (req, res) => {
    const body = parse(answerSchema, req.body, res);
    if (!body) return;
    const authentication = books.authentications.find(req.params.id);
    if (!authentication) return void res.status(404).json({ error: 'no such authentication' });
    const location = books.authentications.answer(authentication, body.result);
    res.json({ result: authentication.result, location });
  });

  /** Replaces a customer's saved card, or saves the first one. */
  router.post('/cards/:merchant/:customer', (req, res) => {
    const card = parse(cardSchema, req.body, res);
    if (!card) return;
    books.saveCard(req.params.merchant, req.params.customer, card);
    res.status(204).end();
  });

  router.post('/faults', (req, res) => {
    const fault = parse(faultSchema, req.body, res);
    if (!fault) return;
    faults.file(fault);
    res.status(204).end();
  });

  router.post('/faults/clear', (req, res) => {
    const body = parse(z.strictObject({ merchant_id: z.string() }), req.body, res);
    if (!body) return;
    faults.clear(body.merchant_id);
    res.status(204).end();
  });

  /** How often each fault mode took effect. */
  router.get('/faults', (req, res) => {
    res.json({ fired: faults.firedAt(String(req.query.merchant_id)).tally() });
  });

  /** The steps that took effect for each order_id, so that a test can check that nobody was charged twice. */
  router.get('/effects', (req, res) => {
    const merchantId = typeof req.query.merchant_id === 'string' ? req.query.merchant_id : '';
    res.json({
      effects: books.transactions.ofMerchant(merchantId).map((t) => ({
        order_id: t.orderId,
        customer_code: t.customerCode,
        tracking_id: t.trackingId,
        authorised: t.amount,
        authorised_on: t.authorisedOn,
        commit_status: t.commitStatus,
        payment_status: t.paymentStatus,
        commits: t.commits,
        captures: t.captures,
        captured: t.captured,
        refunds: t.refunds,
        refunded: t.refunded,
      })),
    });
  });

  return router;
}

/** Returns null after answering 422 when the body is invalid. */
function parse<T>(schema: z.ZodType<T>, body: unknown, res: express.Response): T | null {
  const result = schema.safeParse(body ?? {});
  if (result.success) return result.data;
  const error = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  res.status(422).json({ error });
  return null;
}
