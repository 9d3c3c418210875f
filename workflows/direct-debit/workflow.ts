import { allHandlersFinished, condition, continueAsNew } from '@temporalio/workflow';
import { addMonths, dateOf } from '../../domain/calendar';
import { type MandateEvent, afterEvent } from '../../domain/direct-debit/rules';
import { keys } from '../contracts/keys';
import type { DirectDebitStart, MessagesFor } from '../contracts/messages';
import { book } from '../lib/activities';
import { type Carried, Life } from '../lib/life';
import { type MandateDeadline, type MandateProgress, nextDeadline, requestedMandate } from './progress';

type DirectDebitMessage = MessagesFor<'directDebit'>;

type MandateInput = DirectDebitStart & { progress?: MandateProgress; carried?: Carried };

/**
 * One mandate for direct debit (口座振替). The form is posted to the buyer and comes back signed. The bank takes about two months
 * to enrol the mandate, which is then active until it ends.
 */
export async function directDebit(input: MandateInput): Promise<void> {
  const mandate = new Mandate(input);
  do {
    await mandate.step();
    if (mandate.over) return mandate.life.end();
  } while (!mandate.life.mustContinue);
  await condition(allHandlersFinished);
  const { life, progress } = mandate;
  await continueAsNew<typeof directDebit>({ ...input, at: life.asOf, progress, carried: life.carry() });
}

class Mandate {
  readonly life: Life<DirectDebitMessage>;
  readonly progress: MandateProgress;

  constructor(private readonly input: MandateInput) {
    this.progress = input.progress ?? requestedMandate(dateOf(input.at));
    const life = (this.life = new Life<DirectDebitMessage>(input, input.accountId, input.carried));
    life.onCommand('formPosted', () => this.refusal('form_posted'));
    life.onCommand('formReceived', () => this.refusal('form_received'));
    life.onCommand('complete', () => this.refusal('completed'));
    life.onCommand('reject', () => this.refusal('rejected'));
    life.onCommand('withdraw', () => this.refusal('withdrawn'));
    life.onSignal('enrolmentCompleted');
    life.onSignal('mandateEnded');
  }

  get over(): boolean {
    return this.progress.state === 'withdrawn' || this.progress.state === 'expired' || this.progress.state === 'ended';
  }

  async step(): Promise<void> {
    const poster = this.input.settlement === 'np' ? 'np' : 'finance';
    const { until, onDue, ...wait } = nextDeadline(this.progress, poster, this.life.asOf);
    const m = await this.life.next(until, { ...wait, status: this.progress.state });
    if (m) await this.act(m);
    else await this.passDeadline(onDue);
  }

  private get fact() {
    return { ...this.life.fact, directDebitId: this.input.directDebitId };
  }

  private refusal(event: MandateEvent) {
    const after = afterEvent(this.progress.state, event);
    return after.ok ? null : after.refusal;
  }

  private async passDeadline(onDue: MandateDeadline['onDue']): Promise<void> {
    switch (onDue.do) {
      case 'expire':
        return this.close('expired', onDue.reason);
      case 'remind':
        return this.remind();
      case 'become_late':
        return this.becomeLate();
      case 'escalate':
        return this.escalate();
      case 'wait_on':
        return;
    }
  }

  private async act(m: DirectDebitMessage): Promise<void> {
    const { messageId } = m;
    switch (m.kind) {
      case 'formPosted':
        await book.recordFormPosted({ ...this.fact, on: m.on, messageId });
        this.progress.postedOn = m.on;
        this.progress.reminders = 0;
        this.progress.state = 'form_posted';
        return;
      case 'formReceived': {
        const { expectedOn, escalateOn } = await book.recordFormReceived({ ...this.fact, on: m.on, messageId });
        this.progress.expectedOn = expectedOn;
        this.progress.escalateOn = escalateOn;
        this.progress.late = false;
        this.progress.state = 'at_bank';
        return;
      }
      case 'complete':
        return this.activate(messageId, m.evidence, m.debitAccountId);
      case 'enrolmentCompleted':
        if (this.progress.state === 'at_bank' && this.input.settlement === 'np')
          await this.activate(messageId, 'NPからの登録完了連絡', null);
        return;
      case 'reject':
        await book.recordDefect({ ...this.fact, messageId, reason: m.reason });
        this.progress.defectOn = dateOf(this.life.asOf);
        this.progress.state = 'defect';
        return;
      case 'withdraw':
        return this.close('withdrawn', 'asked');
      case 'mandateEnded':
        if (this.progress.state === 'active') await this.close('ended', `debit result ${m.code}`);
    }
  }

  private async activate(messageId: string, evidence: string, debitAccountId: string | null): Promise<void> {
    const { firstPeriod } = await book.activateDirectDebit({ ...this.fact, messageId, evidence, debitAccountId });
    this.progress.state = 'active';
    if (this.input.settlement === 'in_house') return;
    await this.life.attempt(keys.incident.directDebitActive(this.input.directDebitId), 'np_direct_debit', () =>
      this.life.providers.directDebitActive({ ...this.fact, firstPeriod }),
    );
  }

  private async remind(): Promise<void> {
    this.progress.reminders += 1;
    await book.remindForm({ ...this.fact, nth: this.progress.reminders });
  }

  private async becomeLate(): Promise<void> {
    this.progress.late = true;
    await book.markLate(this.fact);
  }

  private async escalate(): Promise<void> {
    await book.escalateLate(this.fact);
    this.progress.escalateOn = addMonths(dateOf(this.life.asOf), 1);
  }

  private async close(as: 'withdrawn' | 'expired' | 'ended', reason: string): Promise<void> {
    const wasActive = this.progress.state === 'active';
    await book.closeDirectDebit({ ...this.fact, as, reason });
    if (wasActive && this.input.settlement === 'np')
      await this.life.attempt(keys.incident.directDebitEnded(this.input.directDebitId), 'np_direct_debit_end', () =>
        this.life.providers.directDebitEnded(this.fact),
      );
    this.progress.state = as;
  }
}
