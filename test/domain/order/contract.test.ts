import { type Instant, instant, jstDate, period } from '../../../domain/calendar';
import {
  type Arrears,
  type Contract,
  type ContractEvent,
  type ContractStep,
  decide,
  newContract,
  nextDeadline,
  statusOf,
} from '../../../domain/order/contract';

const now = instant('2026-10-05T10:00:00+09:00');
const on = (day: string): Instant => instant(`${day}T00:00:00+09:00`);

function contract(changes: Partial<Contract> = {}): Contract {
  return { ...newContract('bank_transfer'), ...changes };
}

function unpaid(month: string, declinedOn: string, retries = 0): Arrears {
  return { period: period(month), invoiceId: `inv_${month}`, declinedOn: jstDate(declinedOn), retries };
}

const risk = { period: period('2026-11'), until: jstDate('2026-10-31') };
const suspendedUntil = jstDate('2026-10-20');
const replacing = { authenticationRef: 'ca_1', until: instant('2026-10-05T10:30:00+09:00') };

describe('status', () => {
  it.each<[string, Partial<Contract>]>([
    ['active', {}],
    ['ending', { endsOn: jstDate('2026-10-31') }],
    ['at_risk', { endsOn: jstDate('2026-10-31'), risk }],
    ['suspended', { risk, suspendedUntil }],
    ['ended', { suspendedUntil, lastChargeDue: on('2026-11-02') }],
  ])('%s', (status, changes) => {
    expect(statusOf(contract(changes))).toBe(status);
  });
});

describe('next deadline', () => {
  it.each<[string, string, Partial<Contract>]>([
    ['review', '2027-10-06', {}],
    ['end', '2026-11-01', { endsOn: jstDate('2026-10-31') }],
    ['undecided', '2026-11-01', { risk }],
    ['suspended_at_risk', '2026-10-21', { risk, suspendedUntil }],
    ['suspended_unpaid', '2026-10-21', { suspendedUntil }],
    ['last_charge', '2026-11-02', { lastChargeDue: on('2026-11-02') }],
  ])('%s on %s', (kind, day, changes) => {
    expect(nextDeadline(contract(changes), now)).toEqual({ kind, at: on(day) });
  });

  it('a new card has until the end of its authentication', () => {
    expect(nextDeadline(contract({ replacing }), now)).toEqual({ kind: 'authentication', at: replacing.until });
  });

  it('a card is retried 3, 7 and 14 days after the first decline, and then no more', () => {
    const retries = [0, 1, 2, 3].map((made) => {
      const { kind, at } = nextDeadline(contract({ arrears: [unpaid('2026-09', '2026-10-01', made)] }), now);
      return `${kind} ${at.slice(0, 16)}`;
    });
    expect(retries).toEqual([
      'card_retry 2026-10-04T15:00',
      'card_retry 2026-10-08T15:00',
      'card_retry 2026-10-15T15:00',
      'review 2027-10-06T00:00',
    ]);
  });

  it('the nearest one counts; at one instant the end of the contract comes before the decision of finance', () => {
    const both = { endsOn: jstDate('2026-10-31'), risk };
    expect(nextDeadline(contract(both), now).kind).toBe('end');
    expect(nextDeadline(contract({ ...both, suspendedUntil }), now).kind).toBe('suspended_at_risk');
  });
});

describe('decision', () => {
  const messageId = 'msg_1';
  const atRisk = (month: string): ContractEvent => ({
    kind: 'atRisk',
    period: period(month),
    reason: '22',
    messageId,
  });
  const cases: [string, Partial<Contract>, ContractEvent, ContractStep][] = [
    [
      'a cancellation is accepted',
      {},
      { kind: 'cancel', lines: 'all', messageId },
      { do: 'accept_cancellation', lines: 'all', messageId },
    ],
    [
      'a cancellation after the end changes nothing',
      { lastChargeDue: on('2026-11-02') },
      { kind: 'cancel', lines: 'all', messageId },
      { do: 'nothing' },
    ],
    [
      'a returned card is charged while months are in arrears',
      { replacing, arrears: [unpaid('2026-09', '2026-10-01')] },
      { kind: 'cardReturned', authenticationRef: 'ca_1', messageId },
      { do: 'charge_new_card', authenticationRef: 'ca_1', cause: messageId },
    ],
    [
      'a returned card is only saved without arrears',
      { replacing },
      { kind: 'cardReturned', authenticationRef: 'ca_1', messageId },
      { do: 'save_new_card', authenticationRef: 'ca_1' },
    ],
    [
      'another authentication than the awaited one changes nothing',
      { replacing },
      { kind: 'cardReturned', authenticationRef: 'ca_0', messageId },
      { do: 'nothing' },
    ],
    [
      'a refused month puts the contract at risk for five business days, 2026-10-12 being a holiday',
      {},
      atRisk('2026-10'),
      {
        do: 'mark_at_risk',
        period: period('2026-10'),
        reason: '22',
        until: jstDate('2026-10-13'),
        cause: messageId,
      },
    ],
    [
      'a later refused month keeps the first deadline',
      { risk },
      atRisk('2026-12'),
      { do: 'mark_at_risk', period: period('2026-12'), reason: '22', until: risk.until, cause: messageId },
    ],
    ['the same month refused again changes nothing', { risk }, atRisk('2026-11'), { do: 'nothing' }],
    ['a suspended contract takes no new risk', { suspendedUntil }, atRisk('2026-11'), { do: 'nothing' }],
    [
      'finance suspends for 14 days',
      { risk },
      { kind: 'decideRisk', decision: 'suspend', messageId },
      {
        do: 'suspend',
        suspension: { reason: 'at_risk', by: 'finance', messageId },
        until: jstDate('2026-10-19'),
      },
    ],
    [
      'finance bills the refused month in house',
      { risk },
      { kind: 'decideRisk', decision: 'bill_in_house', messageId },
      { do: 'bill_in_house', period: risk.period, messageId },
    ],
    [
      'without a decision the contract is suspended',
      { risk },
      { kind: 'due', deadline: 'undecided' },
      {
        do: 'suspend',
        suspension: { reason: 'at_risk', by: 'deadline', decideBy: risk.until },
        until: jstDate('2026-10-19'),
      },
    ],
    [
      'suspended for a card that does not pay, it ends unpaid',
      { suspendedUntil },
      { kind: 'due', deadline: 'suspended_unpaid' },
      { do: 'end_service', on: suspendedUntil, reason: 'unpaid' },
    ],
    [
      'the last retry declined suspends the service',
      { method: 'card' },
      { kind: 'lastRetryDeclined', month: unpaid('2026-09', '2026-10-01', 3) },
      {
        do: 'suspend',
        suspension: { reason: 'card_declined', period: period('2026-09') },
        until: jstDate('2026-10-19'),
      },
    ],
    [
      'the last retry declined after the end leaves the month to finance',
      { method: 'card', lastChargeDue: on('2026-11-02') },
      { kind: 'lastRetryDeclined', month: unpaid('2026-09', '2026-10-01', 3) },
      { do: 'close', uncollected: [unpaid('2026-09', '2026-10-01', 3)] },
    ],
    [
      'paid by transfer, the end of the service closes the contract',
      {},
      { kind: 'serviceEnded', on: jstDate('2026-10-31') },
      { do: 'close', uncollected: [] },
    ],
    [
      'suspended, the end of the service leaves the arrears to finance',
      { method: 'card', suspendedUntil, arrears: [unpaid('2026-09', '2026-10-01', 3)] },
      { kind: 'serviceEnded', on: suspendedUntil },
      { do: 'close', uncollected: [unpaid('2026-09', '2026-10-01', 3)] },
    ],
    [
      'paid by card, the contract waits for the charge of its last month',
      { method: 'card' },
      { kind: 'serviceEnded', on: jstDate('2026-10-31') },
      { do: 'await_last_charge', due: on('2026-11-02') },
    ],
    [
      'a charge that is still open is looked at each day',
      { method: 'card', lastChargeDue: on('2026-10-05') },
      { kind: 'openChargesCounted', open: 1 },
      { do: 'await_last_charge', due: on('2026-10-06') },
    ],
    [
      'with every charge paid the contract is over',
      { method: 'card', lastChargeDue: on('2026-10-05') },
      { kind: 'openChargesCounted', open: 0 },
      { do: 'close', uncollected: [] },
    ],
  ];

  it.each(cases)('%s', (_, changes, event, step) => {
    expect(decide(contract(changes), event, now)).toEqual(step);
  });

  it('the month with the nearest retry is charged', () => {
    const arrears = [unpaid('2026-08', '2026-09-28', 1), unpaid('2026-09', '2026-10-01')];
    const step = decide(contract({ method: 'card', arrears }), { kind: 'due', deadline: 'card_retry' }, now);
    expect(step).toEqual({ do: 'retry_charge', month: arrears[1] });
  });
});
