import express from 'express';
import type { Day, Month } from '../dates';
import type { AlarmKind } from './alarm-clock';
import { issueBills } from './billing/billing';
import type { AlarmBody, Merchant } from './books';
import { decide } from './buyers';
import { confirmPayment, judgeOverdue, restoreGuarantee, settleDebits } from './billing/settlement';

/**
 * The work that NP does later, by kind of alarm. The store's clock calls back when the work is due. The clock may call back
 * twice; the second run then finds the work done and changes nothing.
 */
const handlers: Record<AlarmKind, (merchant: Merchant, body: AlarmBody) => void | Promise<void>> = {
  screening: (m, { at, reference, application }) => decide(m, String(reference), Number(application), at),
  issue: (m, { at, period }) => issueBills(m, period as Month, at),
  payment: async (m, { at, bill_number, n }) => {
    const bill = m.bills.get(String(bill_number));
    if (bill) await confirmPayment(m, bill, Number(n), at);
  },
  debits: (m, { at, debit_on }) => settleDebits(m, debit_on as Day, at),
  overdue: (m, { at, pay_until }) => judgeOverdue(m, pay_until as Day, 'ALRT', at),
  'overdue-month': (m, { at, pay_until }) => judgeOverdue(m, pay_until as Day, 'NG', at),
  guarantee: (m, { at, buyer_id }) => restoreGuarantee(m, String(buyer_id), at),
  'late-news': (m, { event_id }) => m.news.deliverLate(String(event_id)),
};

/**
 * The callbacks of the store's clock, `POST /alarms/:merchant/:kind`. The answer is 204 when the work is done and its news
 * is delivered to the shop. It is 503 when a delivery failed, so that the clock calls back again.
 */
export function alarmRoutes(merchants: Map<string, Merchant>): express.Router {
  const router = express.Router();
  router.post('/:merchant/:kind', express.json(), async (req, res) => {
    const merchant = merchants.get(req.params.merchant);
    const handler = handlers[req.params.kind as AlarmKind];
    if (!merchant || !handler) return void res.status(404).json({ error: 'no such merchant or alarm' });
    await merchant.exclusively(async () => {
      await handler(merchant, req.body as AlarmBody);
      await merchant.news.deliver();
    });
    res.status(204).end();
  });
  return router;
}
