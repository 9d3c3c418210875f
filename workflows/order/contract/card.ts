import { type Instant, addMs, dateOf } from '../../../domain/calendar';
import { cardRetryAt, policy } from '../../../domain/policy';
import { workflowIds } from '../../contracts/ids';
import { keys } from '../../contracts/keys';
import type { OrderStart } from '../../contracts/messages';
import { book } from '../../lib/activities';
import type { Life } from '../../lib/life';
import type { Arrears, Contract, OrderMessage } from './state';

/** The card of a running contract: the months it did not pay, their retries, and a new card in its place. */
export class ContractCard {
  constructor(
    private readonly life: Life<OrderMessage>,
    private readonly input: OrderStart,
    private readonly contract: Contract,
  ) {}

  /** The month that is to be tried again first, and when. */
  get nextRetry(): { arrears: Arrears; at: Instant } | undefined {
    return this.contract.arrears
      .flatMap((arrears) => {
        const at = cardRetryAt(arrears.declinedOn, arrears.retries + 1);
        return at ? [{ arrears, at }] : [];
      })
      .reduce<{ arrears: Arrears; at: Instant } | undefined>((a, b) => (a && a.at <= b.at ? a : b), undefined);
  }

  /** A renewal was declined: owed from now on, and the buyer is told when it is tried again. */
  async declined({ period, invoiceId, declinedOn }: Omit<Arrears, 'retries'>): Promise<void> {
    const arrears = { period, invoiceId, declinedOn, retries: 0 };
    this.contract.arrears.push(arrears);
    this.contract.arrears.sort((a, b) => (a.period < b.period ? -1 : 1));
    await this.tellDecline(arrears);
  }

  /** Tries the month that is due. `exhausted`: it was its last try. */
  async retry(): Promise<{ arrears: Arrears; exhausted: boolean }> {
    const { arrears } = this.nextRetry!;
    arrears.retries += 1;
    if ((await this.charge(arrears, keys.cause.cardRetry(arrears.retries))) === 'charged') {
      await this.payAll(keys.cause.cardPaid(arrears.period));
      return { arrears, exhausted: false };
    }
    await this.tellDecline(arrears);
    return { arrears, exhausted: cardRetryAt(arrears.declinedOn, arrears.retries + 1) === null };
  }

  /** The contract is over, so there is nothing left to suspend: finance collects. */
  async giveUp({ period, invoiceId }: Arrears): Promise<void> {
    const { orderId } = this.input;
    await book.openIncident({
      ...this.life.fact,
      id: keys.incident.lastCharge(orderId, period),
      kind: 'last_charge_declined',
      workflowId: workflowIds.order(orderId),
      detail: `the card did not pay ${invoiceId} of a contract that has ended`,
    });
  }

  private async tellDecline({ period, invoiceId, declinedOn, retries }: Arrears): Promise<void> {
    const retryAt = cardRetryAt(declinedOn, retries + 1);
    const retryOn = retryAt && dateOf(retryAt);
    await book.chargeDeclined({ ...this.fact, period, invoiceId, declinedOn, n: retries + 1, retryOn });
  }

  async beginReplacement(authenticationRef: string): Promise<void> {
    const asked = await this.life.attempt(
      keys.incident.cardAuthentication(this.input.orderId, authenticationRef),
      'card_authentication',
      () => this.life.providers.request3ds({ ...this.fact, authenticationRef }),
    );
    if ('resolvedAs' in asked || asked.outcome === 'declined') return;
    this.contract.replacing = {
      authenticationRef,
      until: addMs(this.life.asOf, policy.order.threeDSecureMinutes * 60_000),
    };
  }

  /** What is owed is charged to the new card, which keeps it; where nothing is, it is only kept. */
  async takeNewCard(authenticationRef: string, cause: string): Promise<void> {
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
    const id = keys.call.cardAuthorisation(this.input.orderId, period, n);
    const done = await this.life.attempt(id, 'card_charge', () => this.life.providers.chargePeriod(input));
    const outcome = 'outcome' in done ? done.outcome : done.resolvedAs === 'charged' ? 'charged' : 'declined';
    if (outcome === 'charged') this.contract.arrears = this.contract.arrears.filter((other) => other !== arrears);
    return outcome;
  }

  private async saveCard(authenticationRef: string): Promise<'saved' | 'declined' | 'pending'> {
    const done = await this.life.attempt(keys.call.cardSaving(authenticationRef), 'card_saving', () =>
      this.life.providers.saveCard({ ...this.fact, authenticationRef }),
    );
    return 'outcome' in done ? done.outcome : 'declined';
  }

  private get fact() {
    return { ...this.life.fact, orderId: this.input.orderId };
  }
}
