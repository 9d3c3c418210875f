import {
  ApplicationFailure,
  condition,
  defineSignal,
  defineUpdate,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { type Instant, addBusinessDays, dateOf, endOf } from '../../domain/calendar';
import { type StepKind, incidentKinds } from '../../domain/incidents';
import { policy } from '../../domain/policy';
import type { Refusal } from '../../domain/refusal';
import type { Accepted, Command, Message, MessageName, Payload, Start } from '../contracts/messages';
import { type WaitFor, waitLabels } from '../contracts/waits';
import { book, failureText, gateway } from './activities';
import { showWait } from './details';
import { type CarriedInbox, Inbox } from './inbox';
import { type Attempt, Repairs } from './repairs';
import { shouldContinueAsNew, timerMs } from './timing';

/** The state that a run of a workflow hands to the next run. */
export interface Carried extends CarriedInbox {
  asOf: Instant;
  /** The latest alarm that has rung. A clock rings each alarm once, so the next run must know it. */
  tickedAt: Instant | null;
}

/**
 * The life of one workflow: a single writer that takes one message at a time and knows the business time of the fact it acts on.
 * Each time it comes to rest, it writes its wait to the books: the wait's name, its deadline and its owner.
 *
 * Business time (`asOf`) is the instant of the last message taken or deadline reached, never the moment of the call. A real store
 * waits on durable timers. A simulated store's clock reads the deadline from the wait and wakes the workflow with a tick.
 */
export class Life<M extends { kind: string } & Message> {
  asOf: Instant;
  private readonly inbox: Inbox<M>;
  private readonly repairs = new Repairs();
  private tickedAt: Instant | null;
  private resting = false;
  private status = '';

  constructor(
    readonly start: Start,
    private readonly accountId: string | null,
    carried?: Carried,
  ) {
    this.asOf = carried?.asOf ?? start.at;
    this.inbox = new Inbox(start.messageId, carried);
    this.tickedAt = carried?.tickedAt ?? null;
    setHandler(defineSignal<[Message]>('tick' satisfies MessageName), (m) => {
      this.inbox.done(m.messageId);
      if (this.tickedAt === null || m.at > this.tickedAt) this.tickedAt = m.at;
    });
    setHandler(
      defineUpdate<Accepted, [Command & Payload<'repair'>]>('repair'),
      (m) => {
        const accepted = this.repairs.accept(m.incident, { how: m.how, messageId: m.messageId });
        if (!accepted) this.inbox.reject(m.messageId, { code: 'conflict' });
        return { accepted: true } as const;
      },
      {
        validator: (m) => {
          if (this.repairs.rejects(m.incident, this.isIdle)) throw rejection({ code: 'conflict' });
        },
      },
    );
  }

  get storeId(): string {
    return this.start.storeId;
  }

  /** The store and the instant of the fact, for the input of an activity. */
  get fact(): { storeId: string; at: Instant } {
    return { storeId: this.start.storeId, at: this.asOf };
  }

  get providers() {
    return gateway(`${workflowInfo().taskQueue}-gateway`);
  }

  /** Receives a signal: taken in order of arrival, judged by state when its turn comes. */
  onSignal(name: Exclude<M, Command>['kind']): void {
    setHandler(defineSignal<[Message]>(name), (m) => this.inbox.accept({ kind: name, ...m } as unknown as M));
  }

  /**
   * Receives a person's command. While the workflow is idle, `judge` can reject it at once, which leaves no trace in history. During
   * a step the books may already be ahead of this run (a replay after a crash brings later messages along), so the command is
   * accepted. `judge` is asked again when the command's turn comes and at the next rest, and may then reject it after all.
   */
  onCommand<K extends Extract<M, Command>['kind']>(
    name: K,
    judge: (m: Extract<M, { kind: K }>) => Refusal | null = () => null,
  ): void {
    const given = (m: Command) => ({ kind: name, ...m }) as unknown as Extract<M, { kind: K }>;
    this.inbox.judge(name, (m) => judge(m as Extract<M, { kind: K }>));
    setHandler(
      defineUpdate<Accepted, [Command]>(name),
      (m) => {
        this.inbox.accept(given(m));
        return { accepted: true };
      },
      {
        validator: (m) => {
          const refusal = this.isIdle ? judge(given(m)) : null;
          if (refusal) throw rejection(refusal);
        },
      },
    );
  }

  /** The next message of the given kinds (any kind if none is named), or null once `until` has come. */
  async next<K extends M['kind']>(
    until: Instant,
    wait: WaitFor,
    ...kinds: K[]
  ): Promise<Extract<M, { kind: K }> | null> {
    const wanted = (m: M) => kinds.length === 0 || (kinds as M['kind'][]).includes(m.kind);
    for (;;) {
      const due = await this.rest(until, () => this.inbox.has(wanted), wait);
      if (due) return null;
      const message = this.inbox.take(wanted);
      if (!message) continue;
      if (message.at > this.asOf) this.asOf = message.at;
      return message as Extract<M, { kind: K }>;
    }
  }

  /** Waits for a date and takes no message meanwhile. */
  async sleepUntil(until: Instant, wait: WaitFor): Promise<void> {
    await this.rest(until, () => false, wait);
  }

  /**
   * Does a step. If it fails permanently, this opens an incident and waits until its owner decides to retry the step, to skip it,
   * or to resolve it as if it had given the named result.
   */
  async attempt<T>(id: string, kind: StepKind, step: () => Promise<T>): Promise<Attempt<T>> {
    for (;;) {
      try {
        return { kind: 'done', value: await step() };
      } catch (e) {
        if (isCancellation(e)) throw e;
        const detail = failureText(e);
        this.repairs.fail(id);
        await book.openIncident({ ...this.fact, id, kind, workflowId: workflowInfo().workflowId, detail });
      }
      const decided = await this.waitForRepair(id, incidentKinds[kind].owner);
      await book.resolveIncident({ ...this.fact, id, how: JSON.stringify(decided.how) });
      this.inbox.done(decided.messageId);
      this.repairs.done(id);
      if (decided.how === 'skip') return { kind: 'skipped' };
      if (decided.how !== 'retry') return { kind: 'resolved', as: decided.how.resolveAs };
    }
  }

  /** To be called before the workflow returns: acknowledges its messages and removes its wait. */
  async end(): Promise<void> {
    // Repeated for messages that arrive meanwhile: nobody else would acknowledge them.
    do {
      this.rejectEarlyDecisions();
      await book.rest({
        ...this.fact,
        workflowId: workflowInfo().workflowId,
        wait: null,
        ...this.inbox.acknowledgeAtEnd(),
      });
    } while (!this.inbox.isEmpty || this.repairs.anyEarly);
  }

  get mustContinue(): boolean {
    return shouldContinueAsNew(this.status !== '');
  }

  carry(): Carried {
    this.rejectEarlyDecisions();
    const { asOf, tickedAt } = this;
    return { asOf, tickedAt, ...this.inbox.carry() };
  }

  private rejectEarlyDecisions(): void {
    for (const id of this.repairs.removeUnclaimed()) this.inbox.reject(id, { code: 'conflict' });
  }

  private async waitForRepair(id: string, owner: 'operator' | 'finance') {
    for (;;) {
      // The wait is announced anew every five business days. The incident stays open until somebody decides.
      const until = endOf(addBusinessDays(dateOf(this.asOf), policy.repair.businessDays));
      const due = await this.rest(until, () => this.repairs.decisionOn(id) !== null, {
        waitingFor: 'repair',
        owner,
        status: this.status || 'incident',
      });
      if (!due) return this.repairs.decisionOn(id)!;
    }
  }

  /** A message, a tick or a decision has arrived since the last rest. */
  private get hasNewMessages(): boolean {
    return this.inbox.hasNewMessages || this.repairs.anyEarly;
  }

  /** Not idle if a message has arrived since the last rest: in a replay, its effects may already be in the books. */
  private get isIdle(): boolean {
    return this.resting && !this.hasNewMessages;
  }

  /** Writes the wait and sleeps until `isWanted` or the deadline. @returns true when `until` came first */
  private async rest(until: Instant, isWanted: () => boolean, wait: WaitFor): Promise<boolean> {
    if (isWanted()) return false;
    if (until <= this.asOf) return true;
    this.status = wait.status;
    const { workflowId } = workflowInfo();
    const simulated = this.start.clock === 'simulated';
    const rung = () => this.tickedAt !== null && this.tickedAt >= until;
    const isOver = () => isWanted() || rung();
    let due = false;
    do {
      this.rejectEarlyDecisions();
      const { waitingFor, owner } = wait;
      await book.rest({
        ...this.fact,
        workflowId,
        wait: { waitingFor, owner, dueAt: until, accountId: this.accountId, alarm: simulated },
        ...this.inbox.acknowledgeAtRest(),
      });
      showWait(wait, until);
      const summary = { summary: waitLabels[waitingFor] };
      // Messages that do not end the wait must be acknowledged too: an early tick, a message for later, a repeated message.
      const mustAct = () => isOver() || this.hasNewMessages;
      this.resting = true;
      if (simulated) await condition(mustAct);
      else due = !(await condition(mustAct, timerMs(waitingFor, until), summary));
      this.resting = false;
    } while (!due && !isOver());
    if (isWanted()) return false;
    this.asOf = until;
    return true;
  }
}

/** The error by which a validator rejects a command. Its type and details carry the refusal to the caller. */
function rejection(refusal: Refusal): ApplicationFailure {
  return ApplicationFailure.nonRetryable(refusal.code, 'Refusal', refusal);
}
