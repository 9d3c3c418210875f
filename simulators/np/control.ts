import express from 'express';
import { z } from 'zod';
import { isDay, momentOf } from '../dates';
import { type Buyer, Merchant } from './books';
import { setGuarantee } from './buyers';
import { faultSchema } from './wire/faults';
import { pay } from './billing/settlement';
import { totalOf } from './billing/figures';
import { billFields, buyerFields } from './wire/fields';

const date = z.string().refine(isDay, 'a date YYYY-MM-DD');
const shop = { shop_code: z.string() };
const buyer = { ...shop, buyer_id: z.string().optional(), reference: z.string().optional() };

const merchantSchema = z.strictObject({
  shop_code: z.string().regex(/^[a-z]{3}\d{7}$/, '3 letters and 7 digits'),
  sp_code: z.string().regex(/^sp[\x21-\x7e]+$/, 'begins with sp'),
  terminal_id: z.string().regex(/^\d{10}$/),
  news_url: z.url(),
  alarms_url: z.url(),
  alarms_token: z.string().min(1),
  mail_url: z.url().nullish(),
  seller: z
    .strictObject({ name: z.string(), registration_number: z.string().regex(/^T\d{13}$/) })
    .default({ name: 'アイティクラウド株式会社', registration_number: 'T7000012050002' }),
});
const limitSchema = z.strictObject({ ...buyer, limit: z.int().min(0) });
const guaranteeSchema = z.strictObject({
  ...buyer,
  status: z.enum(['OK', 'ALRT', 'NG']),
  /** Moment at which the status changes. */
  at: z.string().transform((s, ctx) => {
    const at = momentOf(s);
    if (at === null) ctx.addIssue('an RFC 3339 date-time');
    return at ?? z.NEVER;
  }),
});
const paymentSchema = z.strictObject({
  ...shop,
  bill_number: z.string(),
  /** Paid amount in yen. By default it is the amount still to be paid. */
  amount: z.int().min(1).optional(),
  paid_on: date,
});
const refusalsSchema = z.strictObject({
  ...buyer,
  /**
   * 21 = NP refuses because of an unpaid bill, 24 = by its overall judgement. null: NP accepts the buyer's charges again,
   * up to the limit.
   */
  reason: z.enum(['21', '24']).nullable(),
  /** NP refuses charges that are ordered on this day or later. */
  from: date.optional(),
});
const debitsSchema = z.strictObject({
  ...buyer,
  outcomes: z.array(z.union([0, 1, 2, 3, 4, 8, 9].map((code) => z.literal(code)))),
});

/** The error of a control call that cannot be carried out. The caller gets `{error: message}` with this HTTP status. */
export class ControlError extends Error {
  constructor(
    readonly httpStatus: 404 | 409 | 422,
    message: string,
  ) {
    super(message);
  }
}

/** Calls in JSON by which tests, scripts and the demo control the simulator. The real NP does not have them. */
export function controlRoutes(merchants: Map<string, Merchant>): express.Router {
  const router = express.Router();
  router.use(express.json());

  /**
   * Registers a merchant. If it is registered already, only its settings change and its data stays, because the engine
   * registers its merchants at each start.
   */
  router.post('/merchants', (req, res) => {
    const body = parse(merchantSchema, req.body);
    const settings = {
      shopCode: body.shop_code,
      spCode: body.sp_code,
      terminalId: body.terminal_id,
      newsUrl: body.news_url,
      alarmsUrl: body.alarms_url,
      alarmsToken: body.alarms_token,
      mailUrl: body.mail_url ?? null,
      seller: { name: body.seller.name, registrationNumber: body.seller.registration_number },
      ownUrl: `${req.protocol}://${req.get('host')}`,
    };
    const known = merchants.get(settings.shopCode);
    if (known) known.settings = settings;
    else merchants.set(settings.shopCode, new Merchant(settings));
    res.status(204).end();
  });

  /** Changes a buyer's credit limit. NP sends no news of it; a real shop sees it in NP's console. */
  router.post('/limits', (req, res) => {
    const body = parse(limitSchema, req.body);
    const { found } = buyerNamed(merchants, body);
    if (found.result !== 'passed') throw new ControlError(409, `the buyer is ${found.result}, not passed`);
    found.limit = body.limit;
    res.status(204).end();
  });

  /**
   * Makes NP refuse a buyer's charges from a given day on, as the real NP may do in the middle of a contract. NP sends no
   * news of it.
   */
  router.post('/refusals', (req, res) => {
    const { reason, from, ...body } = parse(refusalsSchema, req.body);
    if (reason && !from) throw new ControlError(422, 'from: a date YYYY-MM-DD');
    buyerNamed(merchants, body).found.refusal = reason && { reason, from: from! };
    res.status(204).end();
  });

  router.post('/guarantee', async (req, res) => {
    const body = parse(guaranteeSchema, req.body);
    const { merchant, found } = buyerNamed(merchants, body);
    await merchant.exclusively(async () => {
      setGuarantee(merchant, found, body.status, body.at);
      await merchant.news.deliver();
    });
    res.status(204).end();
  });

  router.post('/payments', async (req, res) => {
    const body = parse(paymentSchema, req.body);
    const merchant = merchantNamed(merchants, body.shop_code);
    const bill = merchant.bills.get(body.bill_number);
    if (!bill) throw new ControlError(404, `no bill ${body.bill_number}`);
    const open = totalOf(bill.transactions) - bill.payments.reduce((sum, p) => sum + p.amount, 0);
    const amount = body.amount ?? open;
    if (amount <= 0) throw new ControlError(409, 'nothing is left to pay: name an amount to pay too much');
    await pay(merchant, bill, amount, body.paid_on);
    res.status(204).end();
  });

  router.post('/debits', (req, res) => {
    const body = parse(debitsSchema, req.body);
    buyerNamed(merchants, body).found.debitOutcomes = body.outcomes;
    res.status(204).end();
  });

  router.post('/faults', (req, res) => {
    const fault = parse(faultSchema, req.body);
    merchantNamed(merchants, fault.shop_code).faults.file(fault);
    res.status(204).end();
  });

  /** Removes all faults of a merchant, and sends the news that the fault `news_out_of_order` holds back. */
  router.post('/faults/clear', async (req, res) => {
    const { shop_code: shopCode } = parse(z.strictObject(shop), req.body);
    const merchant = merchantNamed(merchants, shopCode);
    merchant.faults.clear();
    await merchant.exclusively(() => merchant.news.deliverHeldBack());
    res.status(204).end();
  });

  /** How often each fault mode took effect. */
  router.get('/faults', (req, res) => {
    res.json({ fired: merchantNamed(merchants, String(req.query.shop_code)).faults.fired.tally() });
  });

  router.get('/transactions', (req, res) => {
    const merchant = merchantNamed(merchants, String(req.query.shop_code));
    const transactions = [...merchant.transactionsByShopId.values()].map(({ shopTransactionId, status, total }) => ({
      shopTransactionId,
      status,
      total,
    }));
    res.json({ transactions });
  });

  /** Counts for each shopTransactionId, so that a test can check that no charge was registered twice. */
  router.get('/effects', (req, res) => {
    const merchant = merchantNamed(merchants, String(req.query.shop_code));
    res.json({ effects: Object.fromEntries(merchant.effects) });
  });

  router.get('/buyers', (req, res) => {
    const merchant = merchantNamed(merchants, String(req.query.shop_code));
    const buyers = [...merchant.buyers.values()].map((b) => ({
      ...buyerFields(b),
      companyName: b.profile.companyName,
      email: b.profile.email,
      debitFrom: b.debitFrom,
    }));
    res.json({ buyers });
  });

  router.get('/bills', (req, res) => {
    const merchant = merchantNamed(merchants, String(req.query.shop_code));
    const bills = [...merchant.bills.values()].map((bill) => ({
      ...billFields(bill),
      status: bill.status,
      payments: bill.payments,
    }));
    res.json({ bills });
  });

  return router;
}

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const message = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new ControlError(422, message);
}

function merchantNamed(merchants: Map<string, Merchant>, shopCode: string): Merchant {
  const merchant = merchants.get(shopCode);
  if (!merchant) throw new ControlError(404, `no merchant ${shopCode}`);
  return merchant;
}

function buyerNamed(
  merchants: Map<string, Merchant>,
  body: { shop_code: string; buyer_id?: string; reference?: string },
): { merchant: Merchant; found: Buyer } {
  const merchant = merchantNamed(merchants, body.shop_code);
  const { buyer_id, reference } = body;
  const found =
    buyer_id !== undefined ? merchant.buyers.get(buyer_id) : merchant.buyersByReference.get(reference ?? '');
  if (!found) throw new ControlError(404, `no buyer ${buyer_id ?? reference ?? '(name buyer_id or reference)'}`);
  return { merchant, found };
}
