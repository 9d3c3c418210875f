import { type JstDate, addDays, addMonths, dateOf, endOf } from '../../domain/calendar';
import type { DirectDebitState } from '../../domain/direct-debit/lifecycle';
import { type MandateEvent, afterEvent, formExpiryOn, formReminders } from '../../domain/direct-debit/rules';
import { policy } from '../../domain/policy';
import * as messages from '../contracts/messages';
import { book } from '../lib/activities';
import { Life } from '../lib/life';

type DirectDebitMessage =
  | ({ kind: 'formPosted'; on: JstDate } & messages.Command)
  | ({ kind: 'formReceived'; on: JstDate } & messages.Command)
  | ({ kind: 'complete'; evidence: string } & messages.Command)
  | ({ kind: 'reject'; reason: string } & messages.Command)
  | ({ kind: 'withdraw' } & messages.Command)
  | ({ kind: 'enrolmentCompleted' } & messages.Message)
  | ({ kind: 'mandateEnded'; code: string } & messages.Message);

/** One mandate (口座振替): the form goes out and comes back, the bank takes about two months, then it debits until it ends. */
export async function directDebit(input: messages.DirectDebitStart): Promise<void> {
  const mandate = new Mandate(input);
  while (!mandate.over) await mandate.step();
  await mandate.life.end();
}

class Mandate {
  readonly life: Life<DirectDebitMessage>;
  private state: DirectDebitState = 'requested';
  private requestedOn: JstDate;
  private postedOn: JstDate | null = null;
  private defectOn: JstDate | null = null;
  private reminders = 0;
  private expectedOn: JstDate | null = null;
  private escalateOn: JstDate | null = null;
  private late = false;

  constructor(private readonly input: messages.DirectDebitStart) {
    this.requestedOn = dateOf(input.at);
    const life = (this.life = new Life<DirectDebitMessage>(input, input.accountId));
    life.obey('formPosted', messages.formPosted, () => this.refusal('form_posted'));
    life.obey('formReceived', messages.formReceived, () => this.refusal('form_received'));
    life.obey('complete', messages.complete, () => this.refusal('completed'));
    life.obey('reject', messages.reject, () => this.refusal('rejected'));
    life.obey('withdraw', messages.withdraw, () => this.refusal('withdrawn'));
    life.hear('enrolmentCompleted', messages.enrolmentCompleted);
    life.hear('mandateEnded', messages.mandateEnded);
  }

  get over(): boolean {
    return this.state === 'withdrawn' || this.state === 'expired' || this.state === 'ended';
  }

  async step(): Promise<void> {
    const { until, onDue, ...wait } = this.wait();
    const m = await this.life.next(until, { ...wait, status: this.state });
    if (m) await this.act(m);
    else await onDue();
  }

  private get fact() {
    return { ...this.life.fact, directDebitId: this.input.directDebitId };
  }

  private refusal(event: MandateEvent) {
    const after = afterEvent(this.state, event);
    return after.ok ? null : after.refusal;
  }

  /** What it waits for in each state, until when, and what happens then. */
  private wait() {
    const nothing = async () => {};
    switch (this.state) {
      case 'requested': {
        const until = endOf(addDays(this.requestedOn, policy.directDebit.formExpiryDays));
        return {
          waitingFor: 'form_posting',
          owner: 'np' as const,
          until,
          onDue: () => this.close('expired', 'form never posted'),
        };
      }
      case 'form_posted': {
        const reminder = formReminders(this.postedOn!)[this.reminders];
        const expiry = formExpiryOn(this.postedOn!);
        return reminder
          ? { waitingFor: 'form_return', owner: 'buyer' as const, until: endOf(reminder), onDue: () => this.remind() }
          : {
              waitingFor: 'form_return',
              owner: 'buyer' as const,
              until: endOf(expiry),
              onDue: () => this.close('expired', 'form not returned'),
            };
      }
      case 'at_bank':
        return this.late
          ? {
              waitingFor: 'bank_enrolment_late',
              owner: 'finance' as const,
              until: endOf(this.escalateOn!),
              onDue: () => this.escalate(),
            }
          : {
              waitingFor: 'bank_enrolment',
              owner: 'bank' as const,
              until: endOf(this.expectedOn!),
              onDue: () => this.becomeLate(),
            };
      case 'defect': {
        const until = endOf(addDays(this.defectOn!, policy.directDebit.formExpiryDays));
        return {
          waitingFor: 'new_form',
          owner: 'np' as const,
          until,
          onDue: () => this.close('expired', 'no new form'),
        };
      }
      default: {
        const until = endOf(addMonths(dateOf(this.life.asOf), policy.order.contractReviewMonths));
        return { waitingFor: 'mandate', owner: 'finance' as const, until, onDue: nothing };
      }
    }
  }

  private async act(m: DirectDebitMessage): Promise<void> {
    const { messageId } = m;
    switch (m.kind) {
      case 'formPosted':
        await book.recordFormPosted({ ...this.fact, on: m.on, messageId });
        this.postedOn = m.on;
        this.reminders = 0;
        this.state = 'form_posted';
        return;
      case 'formReceived': {
        const { expectedOn, escalateOn } = await book.recordFormReceived({ ...this.fact, on: m.on, messageId });
        this.expectedOn = expectedOn;
        this.escalateOn = escalateOn;
        this.late = false;
        this.state = 'at_bank';
        return;
      }
      case 'complete':
        return this.activate(messageId, m.evidence);
      case 'enrolmentCompleted':
        if (this.state === 'at_bank') await this.activate(messageId, 'NPからの登録完了連絡');
        return;
      case 'reject':
        await book.recordDefect({ ...this.fact, messageId, reason: m.reason });
        this.defectOn = dateOf(this.life.asOf);
        this.state = 'defect';
        return;
      case 'withdraw':
        return this.close('withdrawn', 'asked');
      case 'mandateEnded':
        if (this.state === 'active') await this.close('ended', `debit result ${m.code}`);
    }
  }

  private async activate(messageId: string, evidence: string): Promise<void> {
    const { firstPeriod } = await book.activateDirectDebit({ ...this.fact, messageId, evidence });
    await this.life.attempt(`np-direct-debit/${this.input.directDebitId}`, 'np_direct_debit', () =>
      this.life.providers.directDebitActive({ ...this.fact, firstPeriod }),
    );
    this.state = 'active';
  }

  private async remind(): Promise<void> {
    this.reminders += 1;
    await book.remindForm({ ...this.fact, nth: this.reminders });
  }

  private async becomeLate(): Promise<void> {
    this.late = true;
    await book.markLate(this.fact);
  }

  private async escalate(): Promise<void> {
    await book.escalateLate(this.fact);
    this.escalateOn = addMonths(dateOf(this.life.asOf), 1);
  }

  private async close(as: 'withdrawn' | 'expired' | 'ended', reason: string): Promise<void> {
    const wasActive = this.state === 'active';
    await book.closeDirectDebit({ ...this.fact, as, reason });
    if (wasActive)
      await this.life.attempt(`np-direct-debit-end/${this.input.directDebitId}`, 'np_direct_debit_end', () =>
        this.life.providers.directDebitEnded(this.fact),
      );
    this.state = as;
  }
}
