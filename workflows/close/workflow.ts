import { type Instant, type JstDate, addBusinessDays, atTime, dateOf, endOf } from '../../domain/calendar';
import type { IncidentKind, StepKind } from '../../domain/incidents';
import { policy } from '../../domain/policy';
import type { Chunk } from '../contracts/activities';
import { workflowIds } from '../contracts/ids';
import { keys } from '../contracts/keys';
import type { MessagesFor, PeriodStart } from '../contracts/messages';
import { book, bulk } from '../lib/activities';
import { everyChunk } from '../lib/chunks';
import { Life } from '../lib/life';
import { refusal } from '../lib/refusals';

type CloseMessage = MessagesFor<'monthlyClose'>;

/**
 * The monthly close of a store: it freezes the month, drafts the invoices and waits for finance's approval. Then it asks NP (the
 * credit provider NP掛け払い) to bill the drafts that NP settles, issues the in-house invoices itself, and closes the month. The
 * workflow `cardCollection` charges the cards meanwhile.
 */
export async function monthlyClose(input: PeriodStart): Promise<void> {
  const close = new Close(input);
  await close.freezeAndDraft();
  if (close.hasDrafts) {
    await close.review();
    if (close.hasNpDrafts) await close.requestBilling();
    await close.issue();
  }
  await close.finish();
}

class Close {
  private readonly life: Life<CloseMessage>;
  private inReview = false;
  private issueOn!: JstDate;
  private cutoffAt!: Instant;
  private npDrafts = 0;
  private ownDrafts = 0;

  constructor(private readonly input: PeriodStart) {
    const life = (this.life = new Life<CloseMessage>(input, null));
    const whileInReview = () => (this.inReview ? null : refusal('close_not_in_review'));
    life.onCommand('approve', whileInReview);
    life.onCommand('hold', whileInReview);
    life.onCommand('releaseHold', whileInReview);
    life.onCommand('redraft', whileInReview);
    life.onSignal('billsIssued');
  }

  get hasDrafts(): boolean {
    return this.npDrafts + this.ownDrafts > 0;
  }
  get hasNpDrafts(): boolean {
    return this.npDrafts > 0;
  }

  async freezeAndDraft(): Promise<void> {
    ({ issueOn: this.issueOn, cutoffAt: this.cutoffAt } = await bulk.freezePeriod(this.fact));
    await this.draft();
  }

  /**
   * Waits until finance approves the drafts. If the deadline passes, it opens an incident and goes on waiting, because an
   * unapproved bill must never be sent.
   */
  async review(): Promise<void> {
    this.inReview = true;
    let until = this.hasNpDrafts ? this.cutoffAt : atTime(this.issueOn, policy.storeDay.issueTime);
    let late = false;
    for (;;) {
      const waitingFor = late ? 'close_review_overdue' : 'close_review';
      const m = await this.life.next(until, { waitingFor, owner: 'finance', status: 'review' });
      if (m === null) {
        await this.openIncident('close_not_approved', `drafts of ${this.input.period} not approved in time`);
        late = true;
        until = endOf(addBusinessDays(dateOf(this.life.asOf), 1));
      } else if (m.kind === 'approve') {
        this.inReview = false;
        await book.approveClose({ ...this.fact, messageId: m.messageId, by: m.by });
        if (late) await this.resolveIncident('close_not_approved');
        return;
      } else if (m.kind === 'redraft') {
        await bulk.reopenDrafts({ ...this.fact, messageId: m.messageId });
        await this.draft();
      } else if (m.kind === 'hold' || m.kind === 'releaseHold') {
        await book.holdInvoice({
          ...this.fact,
          invoiceId: m.invoiceId,
          held: m.kind === 'hold',
          messageId: m.messageId,
        });
      }
    }
  }

  async requestBilling(): Promise<void> {
    await this.each('np_billing_request', (after) => this.life.providers.requestBillingChunk({ ...this.fact, after }));
    await bulk.billingRequested(this.fact);
  }

  async issue(): Promise<void> {
    if (this.ownDrafts > 0) {
      await this.life.sleepUntil(atTime(this.issueOn, policy.storeDay.issueTime), {
        waitingFor: 'issue_day',
        owner: 'engine',
        status: 'awaiting_issue',
      });
      await this.each('issue', (after) => bulk.issueChunk({ ...this.fact, after }));
    }
    if (!this.hasNpDrafts) return;
    const wait = { waitingFor: 'np_issue', owner: 'np', status: 'awaiting_issue' } as const;
    await this.life.next(endOf(this.issueOn), wait, 'billsIssued');
    await this.each('np_mirror', (after) => this.life.providers.mirrorChunk({ ...this.fact, after }));
  }

  /** Closes the month once every approved draft is an issued document. Until then it asks NP each day for the missing bills. */
  async finish(): Promise<void> {
    const wait = { waitingFor: 'np_issue', owner: 'np', status: 'issuing' } as const;
    let { missing } = await bulk.closePeriod(this.fact);
    const late = missing > 0;
    while (missing > 0) {
      await this.openIncident('np_bills_missing', `${missing} bills of ${this.input.period} not issued by NP`);
      await this.life.next(endOf(dateOf(this.life.asOf)), wait, 'billsIssued');
      await this.each('np_mirror', (after) => this.life.providers.mirrorChunk({ ...this.fact, after }));
      ({ missing } = await bulk.closePeriod(this.fact));
    }
    if (late) await this.resolveIncident('np_bills_missing');
    return this.life.end();
  }

  private async draft(): Promise<void> {
    await this.each('draft', (after) => bulk.draftChunk({ ...this.fact, after }));
    ({ npDrafts: this.npDrafts, ownDrafts: this.ownDrafts } = await bulk.presentDrafts(this.fact));
  }

  private get fact() {
    return { ...this.life.fact, period: this.input.period };
  }

  private each(kind: StepKind, step: (after: string | null) => Promise<Chunk>): Promise<number> {
    return everyChunk(this.life, keys.incident.month(kind, this.input.period), kind, step);
  }

  private resolveIncident(kind: IncidentKind): Promise<void> {
    return book.resolveIncident({ ...this.life.fact, id: keys.incident.month(kind, this.input.period), how: 'done' });
  }

  private openIncident(kind: IncidentKind, detail: string): Promise<void> {
    const { storeId, period } = this.input;
    return book.openIncident({
      ...this.life.fact,
      id: keys.incident.month(kind, period),
      kind,
      detail,
      workflowId: workflowIds.monthlyClose(storeId, period),
    });
  }
}
