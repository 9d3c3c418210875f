import { type Instant, type Period, addMs, dateOf, endOf, periodOf } from '../../domain/calendar';
import { decideCredit, screeningUntil } from '../../domain/order/credit-decision';
import { checkRiskDecision } from '../../domain/order/risk';
import { policy } from '../../domain/policy';
import { refusal } from '../lib/refusals';
import type { CancelReason, DeclineReason, OrderFacts } from '../contracts/activities';
import { workflowIds } from '../contracts/ids';
import { keys } from '../contracts/keys';
import type { OrderStart } from '../contracts/messages';
import { book } from '../lib/activities';
import { Life, type WaitFor } from '../lib/life';
import { runContract } from './contract/contract';
import type { Contract, OrderMessage } from './contract/state';

/** One order: credit or card, then the service, then the contract until its end. */
export async function order(input: OrderStart & { contract?: Contract }): Promise<void> {
  const process = new OrderProcess(input);
  const contract = input.contract ?? (await process.toContract());
  if (contract) await runContract(process.life, input, contract, process.unregistered);
  else await process.life.end();
}

class OrderProcess {
  readonly life: Life<OrderMessage>;
  private readonly order: { orderId: string };
  /** Before the service it is cancelled as a whole, and only while it waits. */
  private cancellable = false;
  private heldForRelease = false;
  private awaitingService = false;
  private contract: Contract | null;
  /** Months of service NP has still to be told of. */
  unregistered: Period[] = [];
  private facts!: OrderFacts;
  /** The first month: that of the credit decision, which may be a later one than that of the order. */
  private period!: Period;

  constructor(private readonly input: OrderStart & { contract?: Contract }) {
    this.order = { orderId: input.orderId };
    this.contract = input.contract ?? null;
    const life = (this.life = new Life<OrderMessage>(input, input.accountId, input.contract?.carried));
    life.onSignal('buyerDecided');
    life.onSignal('cardReturned');
    life.onSignal('chargeDeclined');
    life.onSignal('atRisk');
    life.onCommand('cancel', ({ lines }) =>
      this.contract || (this.cancellable && lines === 'all') ? null : refusal('order_not_cancellable'),
    );
    life.onCommand('release', () => (this.heldForRelease ? null : refusal('order_not_held')));
    life.onCommand('decideRisk', ({ decision }) =>
      checkRiskDecision(decision, {
        atRisk: Boolean(this.contract?.risk),
        suspended: Boolean(this.contract?.suspendedUntil),
      }),
    );
    life.onCommand('serviceStarted', () => (this.awaitingService ? null : refusal('service_start_unexpected')));
    life.onCommand('replaceCard', () => (this.contract ? null : refusal('conflict')));
  }

  /** @returns the contract in force, or null when the order ended in a refusal or cancellation */
  async toContract(): Promise<Contract | null> {
    this.facts = await book.orderFacts(this.fact);
    this.period = this.facts.firstPeriod;
    const confirmed = this.facts.method === 'card' ? await this.payByCard() : await this.passCredit();
    if (!confirmed) return null;
    if (!(await this.provision())) return null;
    const { method } = this.facts;
    const nothing = { endsOn: null, replacing: null, risk: null, suspendedUntil: null, lastChargeDue: null };
    return (this.contract = { method, arrears: [], ...nothing });
  }

  private get fact() {
    return { ...this.life.fact, ...this.order };
  }

  private get thisMonth(): Period {
    return periodOf(dateOf(this.life.asOf));
  }

  // ── bank transfer ────────────────────────────────────────────────────────────────────────────────────────────────────

  private async passCredit(): Promise<boolean> {
    if (this.facts.settlement === 'np' && this.facts.buyer !== 'passed') {
      const cleared = await this.awaitClearance();
      if (cleared === 'cancel') return this.cancel('asked');
      if (cleared !== 'passed') return this.decline(cleared);
    }
    for (let n = 1; ;) {
      this.period = this.thisMonth;
      const answer = await this.register(n, this.period);
      const decision = decideCredit(answer, dateOf(this.life.asOf));
      switch (decision.decision) {
        case 'confirm':
          return true;
        case 'decline':
          return this.decline(decision.reason);
        case 'hold': {
          await book.holdOrder({ ...this.fact, until: decision.until });
          const released = await this.awaitRelease(endOf(decision.until));
          if (released === null) return false;
          n = released;
        }
      }
    }
  }

  private async register(n: number, period: Period) {
    if (this.facts.settlement !== 'np') return book.decideOwnCredit({ ...this.fact, period, n });
    const answer = await this.life.attempt(
      keys.call.npTransaction(this.input.orderId, period, n),
      'np_registration',
      () => this.life.providers.registerTransaction({ ...this.fact, period, n }),
    );
    if ('resolvedAs' in answer) return answer.resolvedAs === 'registered' ? '00' : '24';
    return answer.outcome === 'registered' ? '00' : answer.reason;
  }

  /** The account has the buyer screened; 保留 gives staff ten business days to correct the data. */
  private async awaitClearance(): Promise<'passed' | 'cancel' | DeclineReason> {
    const { destinationId } = this.facts;
    await book.askClearance({ ...this.fact, accountId: this.input.accountId, destinationId });
    let until = screeningUntil(dateOf(this.life.asOf));
    let owner: 'np' | 'operator' = 'np';
    for (;;) {
      const waitingFor = owner === 'np' ? 'buyer_screening' : 'screening_correction';
      const m = await this.nextOrCancel(endOf(until), { waitingFor, owner, status: 'screening' }, 'buyerDecided');
      if (m?.kind === 'cancel') return 'cancel';
      if (m?.kind !== 'buyerDecided') return 'screening_expired';
      if (m.result === 'passed') return 'passed';
      if (m.result === 'denied') return 'screening_denied';
      if (m.result !== 'screening' && owner === 'np') {
        until = screeningUntil(dateOf(this.life.asOf));
        owner = 'operator';
        await book.screeningHeld({ ...this.fact, until });
      }
    }
  }

  /** @returns the n to register under, or null when the order was cancelled or the hold ran out */
  private async awaitRelease(until: Instant): Promise<number | null> {
    this.heldForRelease = true;
    const m = await this.nextOrCancel(until, { waitingFor: 'release', owner: 'operator', status: 'held' }, 'release');
    this.heldForRelease = false;
    if (m?.kind === 'release') return (await book.releaseOrder({ ...this.fact, messageId: m.messageId })).n;
    if (m === null) await this.decline('hold_expired');
    else await this.cancel('asked');
    return null;
  }

  // ── card ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

  private async payByCard(): Promise<boolean> {
    const { orderId } = this.input;
    const authenticationRef = this.facts.authenticationRef!;
    const asked = await this.life.attempt(
      keys.incident.cardAuthentication(orderId, authenticationRef),
      'card_authentication',
      () => this.life.providers.request3ds({ ...this.fact, authenticationRef }),
    );
    if ('resolvedAs' in asked || asked.outcome === 'declined') return this.cancel('card_declined');
    const until = addMs(this.life.asOf, policy.order.threeDSecureMinutes * 60_000);
    const wait = { waitingFor: 'three_d_secure', owner: 'buyer', status: 'authorising' } as const;
    for (;;) {
      const back = await this.nextOrCancel(until, wait, 'cardReturned');
      if (back?.kind !== 'cardReturned') {
        await book.authenticationExpired({ ...this.fact, authenticationRef });
        return this.cancel(back ? 'asked' : 'card_not_authenticated');
      }
      const period = (this.period = this.thisMonth);
      const charge = await this.life.attempt(
        keys.call.cardAuthorisation(orderId, period, 1),
        'card_authorisation',
        () => this.life.providers.authoriseFirst({ ...this.fact, period, n: 1, authenticationRef }),
      );
      if ('resolvedAs' in charge) return charge.resolvedAs === 'charged' || this.cancel('card_declined');
      // Somebody opened the address to come back to before 3-D Secure had ended.
      if (charge.outcome === 'pending') continue;
      return charge.outcome === 'charged' || this.cancel('card_declined');
    }
  }

  // ── service ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  private async provision(): Promise<boolean> {
    const { status, startBy } = await book.confirmOrder({ ...this.fact, period: this.period });
    const { orderId } = this.input;
    const incident = { id: keys.incident.serviceStart(orderId), workflowId: workflowIds.order(orderId) };
    for (let until = endOf(startBy), late = false; status === 'provisioning'; until = endOf(dateOf(until))) {
      this.awaitingService = true;
      const wait = { waitingFor: 'service_start', owner: 'maker', status } as const;
      const m = await this.nextOrCancel(until, wait, 'serviceStarted');
      this.awaitingService = false;
      if (m?.kind === 'cancel') {
        await this.cancel('asked');
        if (late) await book.resolveIncident({ ...this.life.fact, ...incident, how: 'done', messageId: m.messageId });
        return this.withdrawRegistrations();
      }
      if (m?.kind === 'serviceStarted') {
        ({ unregistered: this.unregistered } = await book.startService({ ...this.fact, on: m.on }));
        if (late) await book.resolveIncident({ ...this.life.fact, ...incident, how: 'done', messageId: m.messageId });
        return true;
      }
      // Past its deadline the operator is told each day; the order is never dropped.
      const detail = `service not started by ${startBy}`;
      await book.openIncident({ ...this.life.fact, ...incident, kind: 'service_start_late', detail });
      late = true;
    }
    return true;
  }

  /** NP is told that nothing comes of the order, so that its amount is free again. */
  private async withdrawRegistrations(): Promise<false> {
    const id = keys.call.npCancellation(this.input.orderId);
    await this.life.attempt(id, 'np_cancellation', () => this.life.providers.cancelRegistrations(this.fact));
    return false;
  }

  /** While it waits before its service the order may be cancelled. */
  private async nextOrCancel(until: Instant, wait: WaitFor, kind: OrderMessage['kind']): Promise<OrderMessage | null> {
    this.cancellable = true;
    const m = await this.life.next(until, wait, kind, 'cancel');
    this.cancellable = false;
    return m;
  }

  private async decline(reason: DeclineReason): Promise<false> {
    await book.declineOrder({ ...this.fact, reason });
    return false;
  }

  private async cancel(reason: CancelReason): Promise<false> {
    await book.cancelOrder({ ...this.fact, reason });
    return false;
  }
}
