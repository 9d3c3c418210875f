import express from 'express';
import { z } from 'zod';
import { isDay, isMonth } from '../../dates';
import { billDocument } from '../billing/mail';
import { billsOf, requestBilling } from '../billing/billing';
import type { Buyer, Merchant, Profile } from '../books';
import { reapply, registerBuyer } from '../buyers';
import { NpError } from './errors';
import { type CallName, misbehave } from './faults';
import { cancelTransactions, registerTransactions } from '../transactions';
import { billFields, buyerFields, transactionFields } from './fields';

/** Most bills in one answer of `GET /bills`. */
const PAGE = 100;

const text = (max: number) => z.string().trim().min(1).max(max);
const amount = z
  .string()
  .regex(/^-?\d{1,9}$/, 'a whole number of yen as a string')
  .transform(Number);
const date = z.string().refine(isDay, 'a date YYYY-MM-DD');
const month = z.string().refine(isMonth, 'a month YYYY-MM');

const profile = {
  companyType: z.enum(['1', '2'], '1 (法人) or 2 (個人事業主)'),
  companyName: text(100),
  companyNameKana: text(100),
  representativeName: text(100),
  zipCode: z.string().regex(/^\d{3}-?\d{4}$/, 'a postal code'),
  address: text(200),
  tel: z.string().regex(/^0\d{1,4}-?\d{1,4}-?\d{3,4}$/, 'a phone number'),
  departmentName: z.string().max(100),
  contactName: text(100),
  email: z.email(),
};
const applicationSchema = z.object({ request: z.strictObject({ ...profile, applicationDate: date }) });
const registrationSchema = z.object({
  request: z.strictObject({ shopBuyerId: text(80), ...profile, applicationDate: date }),
});
const transactionsSchema = z.object({
  request: z.object({
    npBuyerId: z.string(),
    transactionInfoes: z
      .array(
        z.object({
          requestId: z.string().regex(/^[0-9a-f]{8}$/),
          shopTransactionId: z.string().min(1),
          shopOrderDate: date,
          totalAmount: amount,
          shopPurchaseOrderNumber: text(100).optional(),
          shopSubject: text(100).optional(),
          transactionDetails: z
            .array(
              z.object({
                detail: text(200),
                price: amount,
                quantity: amount,
                billedTaxKind: z.enum(['T10', 'T08']),
              }),
            )
            .min(1),
          taxRateSummaries: z.array(z.object({ taxRate: z.enum(['10', '8']), totalAmount: amount })),
        }),
      )
      .min(1),
  }),
});
const cancelSchema = z.object({ requests: z.array(z.string()).min(1) });
const billRequestSchema = z.object({
  requests: z.array(z.object({ npTransactionId: z.string(), billIssueBaseDate: date })).min(1),
});
const directDebitSchema = z.object({ request: z.object({ fromMonth: month }) });

/**
 * NP's API under `/v1`, with Basic auth and terminal id. Only the POSTs to `/transactions`, `/transactions/cancel` and
 * `/bills/request` are publicly known. The other calls are assumptions.
 */
export function wireRoutes(merchants: Map<string, Merchant>): express.Router {
  const router = express.Router();
  // Express would refuse a body of over 100 kB, which is too little for a call with very many transactions.
  router.use(express.json({ limit: '10mb' }));
  router.use((req, res, next) => {
    res.locals.merchant = authenticate(req, merchants);
    next();
  });
  const merchantOf = (res: express.Response) => res.locals.merchant as Merchant;
  const call = (name: CallName) => misbehave(name, merchantOf);

  router.post('/transactions', call('registerTransaction'), (req, res) => {
    const { npBuyerId, transactionInfoes } = parse(transactionsSchema, req.body).request;
    const merchant = merchantOf(res);
    const rows = transactionInfoes.map((info) => ({
      shopTransactionId: info.shopTransactionId,
      orderedOn: info.shopOrderDate,
      total: info.totalAmount,
      poNumber: info.shopPurchaseOrderNumber ?? null,
      subject: info.shopSubject ?? null,
      details: info.transactionDetails.map(({ detail, price, quantity, billedTaxKind }) => ({
        text: detail,
        price,
        quantity,
        rate: billedTaxKind === 'T10' ? (10 as const) : (8 as const),
      })),
      summaries: info.taxRateSummaries.map(({ taxRate, totalAmount }) => ({
        rate: taxRate === '10' ? (10 as const) : (8 as const),
        total: totalAmount,
      })),
    }));
    const transactions = registerTransactions(merchant, buyerOf(merchant, npBuyerId), rows);
    res.json({ result: { buyer: { npBuyerId, transactionInfoes: transactions.map(transactionFields) } } });
  });

  router.get('/transactions', call('findTransaction'), (req, res) => {
    const found = merchantOf(res).transactionsByShopId.get(String(req.query.shopTransactionId));
    res.json({ result: { buyer: { transactionInfoes: found ? [transactionFields(found)] : [] } } });
  });

  router.post('/transactions/cancel', call('cancelTransactions'), (req, res) => {
    cancelTransactions(merchantOf(res), parse(cancelSchema, req.body).requests);
    res.json({ result: {} });
  });

  router.post('/bills/request', call('requestBilling'), async (req, res) => {
    const { requests } = parse(billRequestSchema, req.body);
    const rows = requests.map(({ npTransactionId: id, billIssueBaseDate: baseDate }) => ({ id, baseDate }));
    await requestBilling(merchantOf(res), rows);
    res.json({ result: {} });
  });

  router.get('/bills', call('issuedBills'), (req, res) => {
    const after = String(req.query.cursor ?? '');
    const rest = billsOf(merchantOf(res), String(req.query.closeDate)).filter(
      ({ number, status }) => number > after && status !== 'void',
    );
    const page = rest.slice(0, PAGE);
    res.json({ result: { bills: page.map(billFields), nextCursor: rest.length > PAGE ? page.at(-1)!.number : null } });
  });

  router.get('/bills/:number/document', call('billDocument'), (req, res) => {
    const merchant = merchantOf(res);
    const bill = merchant.bills.get(req.params.number);
    if (!bill) throw new NpError('unknownBill', req.params.number);
    res.type('application/pdf').send(Buffer.from(billDocument(merchant, bill)));
  });

  router.post('/buyers', call('registerBuyer'), async (req, res) => {
    const { shopBuyerId, applicationDate, ...fields } = parse(registrationSchema, req.body).request;
    const buyer = await registerBuyer(merchantOf(res), shopBuyerId, fields satisfies Profile, applicationDate);
    res.json({ result: { buyer: buyerFields(buyer) } });
  });

  router.get('/buyers', call('findBuyer'), (req, res) => {
    const found = merchantOf(res).buyersByReference.get(String(req.query.shopBuyerId));
    res.json({ result: { buyers: found ? [buyerFields(found)] : [] } });
  });

  router.get('/buyers/:id', call('buyer'), (req, res) => {
    res.json({ result: { buyer: buyerFields(buyerOf(merchantOf(res), req.params.id)) } });
  });

  router.post('/buyers/:id/applications', call('reapplyBuyer'), async (req, res) => {
    const { applicationDate, ...fields } = parse(applicationSchema, req.body).request;
    const buyer = buyerOf(merchantOf(res), req.params.id);
    await reapply(merchantOf(res), buyer, fields satisfies Profile, applicationDate);
    res.json({ result: { buyer: buyerFields(buyer) } });
  });

  router.post('/buyers/:id/direct-debit', call('directDebitActive'), (req, res) => {
    const buyer = buyerOf(merchantOf(res), req.params.id);
    if (buyer.result !== 'passed') throw new NpError('buyerState', buyer.result);
    buyer.debitFrom = parse(directDebitSchema, req.body).request.fromMonth;
    res.json({ result: {} });
  });

  router.post('/buyers/:id/direct-debit/end', call('directDebitEnded'), (req, res) => {
    buyerOf(merchantOf(res), req.params.id).debitFrom = null;
    res.json({ result: {} });
  });

  return router;
}

function authenticate(req: express.Request, merchants: Map<string, Merchant>): Merchant {
  const encoded = /^Basic (\S+)$/.exec(req.get('authorization') ?? '')?.[1] ?? '';
  const given = Buffer.from(encoded, 'base64').toString();
  const merchant = merchants.get(given.split(':')[0]!);
  if (!merchant || given !== `${merchant.settings.shopCode}:${merchant.settings.spCode}`)
    throw new NpError('credentials');
  if (req.get('x-np-terminal-id') !== merchant.settings.terminalId) throw new NpError('terminal');
  return merchant;
}

function buyerOf(merchant: Merchant, id: string): Buyer {
  const buyer = merchant.buyers.get(id);
  if (!buyer) throw new NpError('unknownBuyer', id);
  return buyer;
}

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new NpError('field', parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; '));
}
