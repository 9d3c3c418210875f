import { keys } from '../../contracts/keys';
import { addMs, dateOf } from '../../../domain/calendar';
import type { Arrears, Contract, ContractEvent } from '../../../domain/order/contract';
import { cardRetryAt, policy } from '../../../domain/policy';
import { workflowIds } from '../../contracts/ids';
import { book } from '../../lib/activities';
import type { Life } from '../../lib/life';
import { chargeOutcome } from '../charge';
import type { OrderMessage } from './state';

/** The card of a running contract: charges the months in arrears again, and replaces the card by a new one. */
export class ContractCard {
  constructor(
    private readonly life: Life<OrderMessage>,
    private readonly orderId: string,
    private readonly contract: Contract,
  ) {}

  /**
   * Records that the card declined a month. The month is in arrears from now on, and the buyer is told when it is charged again.
   */
  async recordDecline(month: Arrears): Promise<void> {
    this.contract.arrears.push(month);
    this.contract.arrears.sort((a, b) => (a.period < b.period ? -1 : 1));
    await this.reportDecline(month);
  }

  /**
   * Charges a month in arrears again. If the card pays, the other months in arrears are charged too.
   * @returns an event if this was the month's last retry and the card still did not pay
   */
  async retry(month: Arrears): Promise<ContractEvent | void> {
    month.retries += 1;
    if ((await this.charge(month, keys.cause.cardRetry(month.retries))) === 'charged') {
      await this.payAll(keys.cause.cardPaid(month.period));
      return;
    }
    await this.reportDecline(month);
    const isLast = cardRetryAt(month.declinedOn, month.retries + 1) === null;
    if (isLast) return { kind: 'lastRetryDeclined', month };
  }

  /**
   * Opens an incident for an unpaid month after the contract's end. No service is left to suspend, so finance collects the money.
   */
  async giveUp({ period, invoiceId }: Arrears): Promise<void> {
    const { orderId } = this;
    await book.openIncident({
      ...this.life.fact,
      id: keys.incident.lastCharge(orderId, period),
      kind: 'last_charge_declined',
      workflowId: workflowIds.order(orderId),
      detail: `the card did not pay ${invoiceId} of a contract that has ended`,
    });
  }

  /** Sends the buyer to 3-D Secure with a new card. If SBPS (the card gateway) declines the request, the old card stays. */
  async authenticate(authenticationRef: string): Promise<void> {
    const request = await this.life.attempt(
      keys.incident.cardAuthentication(this.orderId, authenticationRef),
      'card_authentication',
      () => this.life.providers.request3ds({ ...this.fact, authenticationRef }),
    );
    if (request.kind !== 'done' || request.value.outcome === 'declined') return;
    const until = addMs(this.life.asOf, policy.order.threeDSecureMinutes * 60_000);
    this.contract.replacing = { authenticationRef, until };
  }

  /** Charges the months in arrears to the new card. The charge also saves the card for the coming months. */
  async chargeNewCard(authenticationRef: string, cause: string): Promise<void> {
    const outcome = await this.payAll(cause, authenticationRef);
    // Pending: the buyer is still at the card issuer's page, so the replacement is not over.
    if (outcome !== 'pending') this.contract.replacing = null;
  }

  async saveNewCard(authenticationRef: string): Promise<void> {
    const saving = await this.life.attempt(keys.call.cardSaving(authenticationRef), 'card_saving', () =>
      this.life.providers.saveCard({ ...this.fact, authenticationRef }),
    );
    const pending = saving.kind === 'done' && saving.value.outcome === 'pending';
    if (!pending) this.contract.replacing = null;
  }

  private async reportDecline({ period, invoiceId, declinedOn, retries }: Arrears): Promise<void> {
    const retryAt = cardRetryAt(declinedOn, retries + 1);
    const retryOn = retryAt && dateOf(retryAt);
    await book.chargeDeclined({ ...this.fact, period, invoiceId, declinedOn, n: retries + 1, retryOn });
  }

  /**
   * Charges every month in arrears, oldest first, until one is not paid. When all are paid, a suspended service resumes.
   * @param authenticationRef the 3-D Secure authentication of a new card. The first charge uses it and saves the card for the
   * others.
   */
  private async payAll(cause: string, authenticationRef?: string): Promise<'paid' | 'declined' | 'pending'> {
    let newCard = authenticationRef;
    for (const month of [...this.contract.arrears]) {
      const outcome = await this.charge(month, cause, newCard);
      if (outcome !== 'charged') return outcome;
      newCard = undefined;
    }
    if (this.contract.suspendedUntil) await book.resumeOrder({ ...this.fact, cause });
    this.contract.suspendedUntil = null;
    return 'paid';
  }

  private async charge(
    month: Arrears,
    cause: string,
    authenticationRef?: string,
  ): Promise<'charged' | 'declined' | 'pending'> {
    const { period, invoiceId } = month;
    const { n } = await book.nextChargeAttempt({ ...this.fact, period, cause });
    const input = { ...this.fact, period, invoiceId, n, ...(authenticationRef && { authenticationRef }) };
    const id = keys.call.cardAuthorisation(this.orderId, period, n);
    const charge = await this.life.attempt(id, 'card_charge', () => this.life.providers.chargePeriod(input));
    const outcome = chargeOutcome(charge);
    if (outcome === 'charged') this.contract.arrears = this.contract.arrears.filter((other) => other !== month);
    return outcome;
  }

  private get fact() {
    return { ...this.life.fact, orderId: this.orderId };
  }
}
