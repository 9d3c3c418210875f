import { allHandlersFinished, condition, continueAsNew } from '@temporalio/workflow';
import {
  type Instant,
  type JstDate,
  type Period,
  addDays,
  addMonths,
  addMs,
  dateOf,
  endOf,
  periodEnd,
  periodOf,
} from '../../domain/calendar';
import { atRiskUntil } from '../../domain/order/credit-decision';
import { cardRetryAt, policy } from '../../domain/policy';
import type { OrderFacts, Owner } from '../contracts/activities';
import { workflowIds } from '../contracts/ids';
import type { Command, Message, OrderStart } from '../contracts/messages';
import { book } from '../lib/activities';
import type { Carried, Life } from '../lib/life';
import type { order } from './workflow';
import type { BuyerResult } from '../../providers/credit/port';

export type OrderMessage =
  | ({ kind: 'buyerDecided'; destinationId: string; result: BuyerResult } & Message)
  | ({ kind: 'cardReturned'; authenticationRef: string; result: 'ok' | 'ng' } & Message)
  | ({ kind: 'chargeDeclined'; period: Period; invoiceId: string; declinedOn: JstDate } & Message)
  | ({ kind: 'atRisk'; period: Period; reason: string } & Message)
  | ({ kind: 'cancel'; lines: string[] | 'all' } & Command)
  | ({ kind: 'release' } & Command)
  | ({ kind: 'serviceStarted'; on: JstDate } & Command)
  | ({ kind: 'replaceCard'; authenticationRef: string } & Command);

/** What a running contract has to remember to decide its next step; absolute dates only, so a new run waits no longer. */
export interface Contract {
  method: OrderFacts['method'];
  endsOn: JstDate | null;
  /** Months the card did not pay, oldest first. */
  arrears: Arrears[];
  replacing: { authenticationRef: string; until: Instant } | null;
  risk: { period: Period; until: Instant } | null;
  suspendedUntil: JstDate | null;
  /** Service has ended; when the charge of its last month is next looked at. */
  lastChargeDue: Instant | null;
  carried?: Carried;
}

/** First declined when, how many retries made. */
interface Arrears {
  period: Period;
  invoiceId: string;
  declinedOn: JstDate;
  retries: number;
}

type Deadline = {
  at: Instant;
  what: 'end' | 'review' | 'retry' | 'authentication' | 'risk' | 'give_up' | 'last_charge';
  waitingFor: string;
  owner: Owner;
  status: string;
};

/** A contract in force: orders do not wake monthly, only exceptions and commands wake them. */
export async function runContract(life: Life<OrderMessage>, input: OrderStart, contract: Contract): Promise<void> {
  const running = new RunningContract(life, input, contract);
  for (;;) {
    const { at, what, ...wait } = running.deadline();
    const message = await life.next(at, wait);
    if (message) await running.act(message);
    else if (what === 'review' || (await running.due(what)) === 'ended') break;
    if (life.mustContinue) break;
  }
  if (running.ended) return life.end();
  await condition(allHandlersFinished);
  await continueAsNew<typeof order>({
    ...input,
    at: life.asOf,
    contract: { ...running.contract, carried: life.carry() },
  });
}

class RunningContract {
  ended = false;

  constructor(
    private readonly life: Life<OrderMessage>,
    private readonly input: OrderStart,
    readonly contract: Contract,
  ) {}

  /** The nearest of all it waits for; a contract with nothing else to wait for is looked at once a year. */
  deadline(): Deadline {
    const { endsOn, replacing, risk, suspendedUntil, lastChargeDue } = this.contract;
    const status = lastChargeDue
      ? 'ended'
      : suspendedUntil
        ? 'suspended'
        : risk
          ? 'at_risk'
          : endsOn
            ? 'ending'
            : 'active';
    const review = endOf(addMonths(dateOf(this.life.asOf), policy.order.contractReviewMonths));
    const all: Deadline[] = [{ at: review, what: 'review', waitingFor: 'contract', owner: 'buyer', status }];
    if (endsOn) all.push({ at: endOf(endsOn), what: 'end', waitingFor: 'contract_end', owner: 'engine', status });
    if (risk) all.push({ at: risk.until, what: 'risk', waitingFor: 'at_risk_decision', owner: 'finance', status });
    if (suspendedUntil)
      all.push({ at: endOf(suspendedUntil), what: 'give_up', waitingFor: 'card_retry', owner: 'buyer', status });
    if (replacing)
      all.push({ at: replacing.until, what: 'authentication', waitingFor: 'card_replacement', owner: 'buyer', status });
    if (lastChargeDue)
      all.push({ at: lastChargeDue, what: 'last_charge', waitingFor: 'last_charge', owner: 'sbps', status });
    const retryAt = this.nextRetry?.at;
    if (retryAt) all.push({ at: retryAt, what: 'retry', waitingFor: 'card_retry', owner: 'buyer', status });
    return all.reduce((a, b) => (b.at < a.at ? b : a));
  }

  async act(m: OrderMessage): Promise<void> {
    switch (m.kind) {
      case 'cancel': {
        if (this.contract.lastChargeDue) return;
        const { endsOn, wholeOrder } = await book.acceptCancellation({
          ...this.fact,
          messageId: m.messageId,
          lines: m.lines,
        });
        if (wholeOrder) this.contract.endsOn = endsOn;
        return;
      }
      case 'chargeDeclined': {
        const { period, invoiceId, declinedOn } = m;
        const arrears = { period, invoiceId, declinedOn, retries: 0 };
        this.contract.arrears.push(arrears);
        this.contract.arrears.sort((a, b) => (a.period < b.period ? -1 : 1));
        return this.tellDecline(arrears);
      }
      case 'replaceCard':
        return this.beginReplacement(m.authenticationRef);
      case 'cardReturned':
        if (this.contract.replacing?.authenticationRef === m.authenticationRef)
          await this.takeNewCard(m.authenticationRef, m.messageId);
        return;
      case 'atRisk': {
        const until = atRiskUntil(dateOf(this.life.asOf));
        await book.markAtRisk({ ...this.fact, period: m.period, reason: m.reason, until });
        this.contract.risk = { period: m.period, until: endOf(until) };
        return;
      }
      case 'release':
        return this.registerAgain(m.messageId);
      case 'serviceStarted':
      case 'buyerDecided':
        return; // told again about what has long happened
    }
  }

  async due(what: Exclude<Deadline['what'], 'review'>): Promise<'ended' | 'goes on'> {
    switch (what) {
      case 'end':
        return this.end(this.contract.endsOn!, 'cancellation');
      case 'give_up':
        return this.end(this.contract.suspendedUntil!, 'unpaid');
      case 'retry':
        return this.retry();
      case 'last_charge':
        return this.lookAtLastCharge();
      case 'authentication':
        await book.authenticationExpired({
          ...this.fact,
          authenticationRef: this.contract.replacing!.authenticationRef,
        });
        this.contract.replacing = null;
        return 'goes on';
      case 'risk':
        await this.suspend('at_risk', `at_risk/${this.contract.risk!.period}`);
        this.contract.risk = null;
        return 'goes on';
    }
  }

  private get fact() {
    return { ...this.life.fact, orderId: this.input.orderId };
  }

  private async suspend(reason: 'card_declined' | 'at_risk', cause: string): Promise<void> {
    await book.suspendOrder({ ...this.fact, reason, cause });
    this.contract.suspendedUntil = addDays(dateOf(this.life.asOf), policy.card.endDaysAfterSuspension);
  }

  private async end(on: JstDate, reason: 'cancellation' | 'unpaid'): Promise<'ended' | 'goes on'> {
    await book.endOrder({ ...this.fact, on, reason });
    const { method, suspendedUntil } = this.contract;
    if (method === 'bank_transfer' || suspendedUntil) return this.finish();
    // The last month is charged once it is over, just after the contract is.
    this.contract.endsOn = null;
    this.contract.lastChargeDue = endOf(addDays(periodEnd(periodOf(on)), 1));
    return 'goes on';
  }

  private finish(): 'ended' {
    this.ended = true;
    return 'ended';
  }

  /** Until the card has paid every month; a month that is being retried, or waits for somebody at the close, is looked at daily. */
  private async lookAtLastCharge(): Promise<'ended' | 'goes on'> {
    const { open } = await book.openCharges(this.fact);
    if (open === 0) return this.finish();
    this.contract.lastChargeDue = endOf(dateOf(this.life.asOf));
    return 'goes on';
  }

  // ── the card did not pay ─────────────────────────────────────────────────────────────────────────────────────────────

  /** The month that is to be tried again first, and when. */
  private get nextRetry(): { arrears: Arrears; at: Instant } | undefined {
    return this.contract.arrears
      .flatMap((arrears) => {
        const at = cardRetryAt(arrears.declinedOn, arrears.retries + 1);
        return at ? [{ arrears, at }] : [];
      })
      .reduce<{ arrears: Arrears; at: Instant } | undefined>((a, b) => (a && a.at <= b.at ? a : b), undefined);
  }

  private async retry(): Promise<'ended' | 'goes on'> {
    const { arrears } = this.nextRetry!;
    arrears.retries += 1;
    if ((await this.charge(arrears, `retry/${arrears.retries}`)) === 'charged') {
      await this.payAll(`after/${arrears.period}`);
      return 'goes on';
    }
    await this.tellDecline(arrears);
    if (cardRetryAt(arrears.declinedOn, arrears.retries + 1)) return 'goes on';
    if (this.contract.lastChargeDue) return this.giveUp(arrears);
    if (!this.contract.suspendedUntil) await this.suspend('card_declined', `card/${arrears.period}`);
    return 'goes on';
  }

  /** Service is over, so there is nothing left to suspend: finance collects. */
  private async giveUp({ period, invoiceId }: Arrears): Promise<'ended'> {
    const { orderId } = this.input;
    await book.openIncident({
      ...this.life.fact,
      id: `last-charge-declined/${orderId}/${period}`,
      kind: 'last_charge_declined',
      owner: 'finance',
      workflowId: workflowIds.order(orderId),
      detail: `the card did not pay ${invoiceId}, the last of a contract that has ended`,
    });
    return this.finish();
  }

  private async tellDecline({ period, invoiceId, declinedOn, retries }: Arrears): Promise<void> {
    const retryAt = cardRetryAt(declinedOn, retries + 1);
    const retryOn = retryAt && dateOf(retryAt);
    await book.chargeDeclined({ ...this.fact, period, invoiceId, declinedOn, n: retries + 1, retryOn });
  }

  private async beginReplacement(authenticationRef: string): Promise<void> {
    const asked = await this.life.attempt(
      `card-3ds/${this.input.orderId}/${authenticationRef}`,
      'card_authentication',
      'operator',
      () => this.life.providers.request3ds({ ...this.fact, authenticationRef }),
    );
    if ('resolvedAs' in asked || asked.outcome === 'declined') return;
    this.contract.replacing = {
      authenticationRef,
      until: addMs(this.life.asOf, policy.order.threeDSecureMinutes * 60_000),
    };
  }

  /** What is owed is charged to the new card, which keeps it; where nothing is, it is only kept. */
  private async takeNewCard(authenticationRef: string, cause: string): Promise<void> {
    const outcome =
      this.contract.arrears.length > 0
        ? await this.payAll(cause, authenticationRef)
        : await this.saveCard(authenticationRef);
    // Else the buyer is still at the issuer's page: the wait goes on.
    if (outcome !== 'pending') this.contract.replacing = null;
  }

  /** Every month owed, oldest first, until one is declined. The first one authorises the new card, if there is one. */
  private async payAll(cause: string, authenticationRef?: string): Promise<'paid' | 'declined' | 'pending'> {
    let newCard = authenticationRef;
    for (const arrears of [...this.contract.arrears]) {
      const outcome = await this.charge(arrears, cause, newCard);
      if (outcome !== 'charged') return outcome;
      newCard = undefined;
    }
    if (this.contract.suspendedUntil) await book.resumeOrder({ ...this.fact, cause });
    this.contract.suspendedUntil = null;
    return 'paid';
  }

  private async charge(
    arrears: Arrears,
    cause: string,
    authenticationRef?: string,
  ): Promise<'charged' | 'declined' | 'pending'> {
    const { period, invoiceId } = arrears;
    const { n } = await book.nextChargeAttempt({ ...this.fact, period, cause });
    const input = { ...this.fact, period, invoiceId, n, ...(authenticationRef && { authenticationRef }) };
    const id = `card-auth/${this.input.orderId}/${period}/${n}`;
    const done = await this.life.attempt(id, 'card_charge', 'finance', () => this.life.providers.chargePeriod(input));
    const outcome = 'outcome' in done ? done.outcome : done.resolvedAs === 'charged' ? 'charged' : 'declined';
    if (outcome === 'charged') this.contract.arrears = this.contract.arrears.filter((other) => other !== arrears);
    return outcome;
  }

  private async saveCard(authenticationRef: string): Promise<'saved' | 'declined' | 'pending'> {
    const done = await this.life.attempt(`card-save/${authenticationRef}`, 'card_authorisation', 'operator', () =>
      this.life.providers.saveCard({ ...this.fact, authenticationRef }),
    );
    return 'outcome' in done ? done.outcome : 'declined';
  }

  // ── a month was refused ──────────────────────────────────────────────────────────────────────────────────────────────

  /** Finance's first way out: registered again after payment or a raised limit. Refused again, it stays at risk. */
  private async registerAgain(messageId: string): Promise<void> {
    const risk = this.contract.risk;
    if (!risk) return;
    const { period } = risk;
    const { n } = await book.releaseOrder({ ...this.fact, messageId });
    const answer = await this.life.attempt(
      `np-txn/${this.input.orderId}/${period}/${n}`,
      'np_registration',
      'finance',
      () => this.life.providers.registerTransaction({ ...this.fact, period, n }),
    );
    if (('outcome' in answer ? answer.outcome : answer.resolvedAs) !== 'registered') return;
    await book.resumeOrder({ ...this.fact, cause: `at_risk/${period}` });
    this.contract.risk = null;
  }
}
