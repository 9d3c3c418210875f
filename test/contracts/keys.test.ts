import { storeDayScheduleId, workflowIds } from '../../workflows/contracts/ids';
import { keys, periodOfIncident, providerReference, savingReference } from '../../workflows/contracts/keys';

/*
 * Stored rows and recorded histories hold these strings, so a changed one is a new effect: an order charged twice, a mail sent
 * twice. Each key is written here once more, as it is stored.
 */

type Build = (...parts: never[]) => string;
type Group = { [name: string]: Build | Group };

const OCTOBER = '2026-10';
const literals: [name: string, parts: unknown[], literal: string][] = [
  ['call.npTransaction', ['ord_1', OCTOBER, 2], 'np-txn/ord_1/2026-10/2'],
  ['call.npCancellation', ['ord_1'], 'np-cancel/ord_1'],
  ['call.npBuyer', ['dst_1'], 'np-buyer/dst_1'],
  ['call.npApplication', ['dst_1', 'msg_1'], 'np-buyer/dst_1/msg_1'],
  ['call.npBilling', [OCTOBER, 'ord_1.202610.1', 'ord_9.202610.1'], 'np-bill/2026-10/ord_1.202610.1..ord_9.202610.1'],
  ['call.npDirectDebitActive', ['ddb_1'], 'np-direct-debit/ddb_1/active'],
  ['call.npDirectDebitEnded', ['ddb_1'], 'np-direct-debit/ddb_1/ended'],
  ['call.cardAuthentication', ['ca_1'], 'card-3ds/ca_1'],
  ['call.cardAuthorisation', ['ord_1', OCTOBER, 1], 'card-auth/ord_1/2026-10/1'],
  ['call.cardStep', ['card-auth/ord_1/2026-10/1', 'capture'], 'card-auth/ord_1/2026-10/1/capture'],
  ['call.cardSaving', ['ca_1'], 'card-save/ca_1'],
  ['call.mail', ['st_1', 'mail/order.ended/ord_1/t/1'], 'st_1/mail/order.ended/ord_1/t/1'],

  ['once.orderStep', ['ord_1', 'confirm'], 'order/ord_1/confirm'],
  ['once.directDebitStep', ['ddb_1', 'late/2026-10-01'], 'direct-debit/ddb_1/late/2026-10-01'],
  ['once.buyerScreened', ['dst_1', 'msg_1'], 'buyer/dst_1/msg_1'],
  ['once.buyerNews', ['dst_1', 'e-1'], 'buyer/dst_1/news/e-1'],
  ['once.guaranteeChanged', ['dst_1', 'news/e-1'], 'guarantee/dst_1/news/e-1'],
  ['once.cardDeclined', ['ord_1', OCTOBER, 1], 'card-declined/ord_1/2026-10/1'],
  ['once.cardAttempt', ['ord_1', OCTOBER, 'retry/1'], 'card-attempt/ord_1/2026-10/retry/1'],

  ['step.hold', [1], 'hold/1'],
  ['step.held', [1], 'held/1'],
  ['step.release', ['msg_1'], 'release/msg_1'],
  ['step.credit', [OCTOBER, 1], 'credit/2026-10/1'],
  ['step.cancel', ['msg_1'], 'cancel/msg_1'],
  ['step.atRisk', ['msg_1'], 'at-risk/msg_1'],
  ['step.billInHouse', ['msg_1'], 'bill-in-house/msg_1'],
  ['step.suspend', ['msg_1'], 'suspend/msg_1'],
  ['step.suspended', ['msg_1'], 'suspended/msg_1'],
  ['step.resume', ['msg_1'], 'resume/msg_1'],
  ['step.resumed', ['msg_1'], 'resumed/msg_1'],
  ['step.reminder', ['2026-10-01', 2], '2026-10-01/2'],
  ['step.late', ['2026-10-01'], 'late/2026-10-01'],

  ['cause.cardRetry', [1], 'retry/1'],
  ['cause.cardPaid', [OCTOBER], 'after/2026-10'],
  ['cause.cardExhausted', [OCTOBER], 'card/2026-10'],
  ['cause.monthRefused', [OCTOBER], 'month/2026-10'],
  ['cause.riskUndecided', ['2026-10-31'], 'at_risk/2026-10-31'],

  ['message.start', ['order/ord_1'], 'start/order/ord_1'],
  ['message.command', ['order/ord_1', 'cancel', 'msg_1'], 'order/ord_1/cancel/msg_1'],
  ['message.cardReturned', ['ca_1', 'msg_1'], 'cardReturned/ca_1/msg_1'],
  ['message.clear', ['dst_1', 'ord_1'], 'clear/dst_1/ord_1'],
  ['message.buyerDecided', ['msg_1', 'ord_1'], 'buyer-decided/msg_1/ord_1'],
  ['message.chargeDeclined', ['ord_1', OCTOBER], 'charge-declined/ord_1/2026-10'],
  ['message.monthAtRisk', ['ord_1', OCTOBER], 'at-risk/ord_1/2026-10/1'],
  ['message.comingMonthAtRisk', ['ord_1', 'news/e-1'], 'at-risk/ord_1/news/e-1'],
  ['message.mandateEnded', ['debit/inv_1/1'], 'mandate-ended/debit/inv_1/1'],
  ['message.news', ['e-1'], 'news/e-1'],
  ['message.providerNews', ['e-1'], 'provider-news/e-1'],
  ['message.providerNewsAgain', ['e-1'], 'provider-news/e-1/again'],
  ['message.alarm', ['a-1'], 'alarm/a-1'],

  ['event.order', ['order.held', 'ord_1', 'held/1'], 'order.held/ord_1/held/1'],
  ['event.directDebit', ['direct_debit.late', 'ddb_1', 'late/2026-10-01'], 'direct_debit.late/ddb_1/late/2026-10-01'],
  ['event.directDebitRequested', ['ddb_1'], 'direct_debit.requested/ddb_1'],
  [
    'event.cancellationPreviewed',
    ['ord_1', '2026-10-01', '2026-11-30'],
    'cancellation.previewed/ord_1/2026-10-01/2026-11-30',
  ],
  ['event.guaranteeChanged', ['dst_1', 'news/e-1'], 'guarantee.changed/dst_1/news/e-1'],
  ['event.closeDrafted', ['inv_1'], 'close.drafted/inv_1'],
  ['event.billingRequested', ['inv_1'], 'billing.requested/inv_1'],
  ['event.issued', ['debit_notice', 'inv_1', 1], 'debit_notice.issued/inv_1/1'],
  ['event.receiptIssued', ['inv_1'], 'receipt.issued/inv_1'],
  ['event.debitSucceeded', ['debit/inv_1/1'], 'debit.succeeded/debit/inv_1/1'],
  ['event.debitFailed', ['debit/inv_1/1'], 'debit.failed/debit/inv_1/1'],
  ['event.invoiceRebilled', ['inv_1', 2], 'invoice.rebilled/inv_1/2'],
  ['event.invoicePaid', ['inv_1', 0], 'invoice.paid/inv_1'],
  ['event.invoicePaid', ['inv_1', 1], 'invoice.paid/inv_1/2'],
  ['event.paymentReceived', ['dep_1', 'inv_1'], 'payment.received/dep_1/inv_1'],
  ['event.paymentReversed', ['dep_1', 'inv_1'], 'payment.reversed/dep_1/inv_1'],
  ['event.cardDeclined', ['ord_1', OCTOBER, 1], 'card.declined/ord_1/2026-10/1'],
  ['event.mailSent', ['mail/order.ended/ord_1/t/1'], 'mail.sent/mail/order.ended/ord_1/t/1'],

  ['reported.orderHeld', ['ord_1', 1], 'order.held/ord_1/1'],
  ['reported.orderDeclined', ['ord_1'], 'order.declined/ord_1'],
  ['reported.orderCancelled', ['ord_1'], 'order.cancelled/ord_1'],
  ['reported.orderSuspended', ['ord_1', 'msg_1'], 'order.suspended/ord_1/msg_1'],
  ['reported.orderEnded', ['ord_1'], 'order.ended/ord_1'],
  ['reported.debitUncollected', ['inv_1'], 'debit.uncollected/inv_1'],
  ['reported.paymentReversed', ['dep_1', 2], 'payment.reversed/dep_1/2'],

  ['incident.month', ['np_mirror', OCTOBER], 'np_mirror/2026-10'],
  ['incident.monthRegistration', [OCTOBER], 'np-register/2026-10'],
  ['incident.registration', ['ord_1', OCTOBER], 'np-registration/ord_1/2026-10'],
  ['incident.draftCheck', ['inv_1'], 'draft-check/inv_1'],
  ['incident.unbilled', [OCTOBER], 'unbilled/2026-10'],
  ['incident.billDiffers', ['NP-1'], 'np-bill/NP-1'],
  ['incident.document', ['inv_1'], 'document/inv_1'],
  ['incident.documentMissing', ['inv_1', 2], 'document/inv_1/2'],
  ['incident.serviceStart', ['ord_1'], 'service-start/ord_1'],
  ['incident.cardAuthentication', ['ord_1', 'ca_1'], 'card-3ds/ord_1/ca_1'],
  ['incident.cardCharge', ['ord_1', OCTOBER], 'card-charge/ord_1/2026-10'],
  ['incident.lastCharge', ['ord_1', OCTOBER], 'last-charge-declined/ord_1/2026-10'],
  [
    'incident.mandate',
    ['direct_debit_overdue_at_bank', 'ddb_1', '2026-10-01'],
    'direct_debit_overdue_at_bank/ddb_1/2026-10-01',
  ],
  ['incident.directDebitActive', ['ddb_1'], 'np-direct-debit/ddb_1'],
  ['incident.directDebitEnded', ['ddb_1'], 'np-direct-debit-end/ddb_1'],
  ['incident.debitFileNotHandedIn', [OCTOBER], 'debit-file-not-handed-in/2026-10'],
  ['incident.debitResultsLate', [OCTOBER], 'debit-results-late/2026-10'],
  ['incident.debit', ['unknown_debit_code', 'debit/inv_1/1', 'E'], 'unknown_debit_code/debit/inv_1/1/E'],
  ['incident.overpaid', ['dep_1'], 'overpaid/dep_1'],
  ['incident.undeliverable', ['order/ord_1/cancel/msg_1'], 'undeliverable/order/ord_1/cancel/msg_1'],
  ['incident.workflowFailed', ['order/ord_1'], 'workflow-failed/order/ord_1'],

  ['journal.sale', ['inv_1'], 'sale/inv_1'],
  ['journal.npAssignment', ['inv_1'], 'np-assignment/inv_1'],
  ['journal.payment', ['dep_1'], 'payment/dep_1'],
  ['payment.card', ['inv_1'], 'pay_inv_1'],
  ['payment.np', ['e-1'], 'pay_np_e-1'],
  ['payment.debit', ['debit/inv_1/1'], 'pay_debit/inv_1/1'],
  ['payment.deposit', ['dep_1', 'inv_1'], 'pay_dep_1_inv_1'],
  ['paymentSource.card', ['inv_1'], 'card/inv_1'],
  ['paymentSource.np', ['e-1'], 'np/e-1'],
  ['paymentSource.deposit', ['dep_1', 'inv_1'], 'deposit/dep_1/inv_1'],
  ['audited.close', [OCTOBER], 'close/2026-10'],
  ['audited.debitRun', [OCTOBER], 'debit_run/2026-10'],
  ['lock.deposits', ['st_1'], 'deposits/st_1'],
  ['lock.events', ['st_1'], 'events/st_1'],
  ['lock.news', ['st_1'], 'news/st_1'],

  ['billableItem', ['sub_1', OCTOBER], 'sub_1/2026-10'],
  ['invoice', ['dst_1', OCTOBER, 'np', ''], 'inv_1_202610_np'],
  ['invoice', ['dst_1', OCTOBER, 'card', 'ord_1'], 'inv_1_202610_card_1'],
  ['document', ['inv_1', 2], 'doc_inv_1_2'],
  ['debit', ['inv_1', 1], 'debit/inv_1/1'],
  ['mail', ['order.ended/ord_1', 'contract-ended-unpaid'], 'mail/order.ended/ord_1/contract-ended-unpaid/1'],

  ['workflow.order', ['ord_1'], 'order/ord_1'],
  ['workflow.account', ['acc_1'], 'account/acc_1'],
  ['workflow.directDebit', ['ddb_1'], 'direct-debit/ddb_1'],
  ['workflow.monthlyClose', ['st_1', OCTOBER], 'close/st_1/2026-10'],
  ['workflow.cardCollection', ['st_1', OCTOBER], 'cards/st_1/2026-10'],
  ['workflow.cardCollection', ['st_1', OCTOBER, 'again'], 'cards/st_1/2026-10/again'],
  ['workflow.periodOpen', ['st_1', OCTOBER], 'period/st_1/2026-10'],
  ['workflow.periodOpen', ['st_1', OCTOBER, 'again'], 'period/st_1/2026-10/again'],
  ['workflow.debitRun', ['st_1', OCTOBER], 'debit-run/st_1/2026-10'],
  ['workflow.storeDay', ['st_1', '2026-10-01'], 'store-day/st_1/2026-10-01'],
  ['workflow.clock', ['st_1', 3], 'clock/st_1/3'],
  ['schedule', ['st_1'], 'store-day/st_1'],
  ['providerReference', ['ord_1', OCTOBER, 1], 'ord_1.202610.1'],
  ['savingReference', ['ca_1'], 'ca_1.save'],
];

const builders = new Map(
  leaves({ ...keys, workflow: workflowIds, schedule: storeDayScheduleId, providerReference, savingReference }),
);

test.each(literals)('%s(%j) is %s', (name, parts, literal) => {
  expect(builders.get(name)!(...(parts as never[]))).toBe(literal);
});

test('every key is listed above', () => {
  expect([...builders.keys()].sort()).toEqual([...new Set(literals.map(([name]) => name))].sort());
});

test('the month of an incident is the last part of its id', () => {
  expect(periodOfIncident('np-registration/ord_1/2026-10')).toBe(OCTOBER);
  expect(periodOfIncident('np-register/2026-10')).toBe(OCTOBER);
});

function leaves(group: Group, path = ''): [string, Build][] {
  return Object.entries(group).flatMap(([name, member]): [string, Build][] =>
    typeof member === 'function' ? [[path + name, member]] : leaves(member, `${path}${name}.`),
  );
}
