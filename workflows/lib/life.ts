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
  /** The instant of the latest tick. A simulated clock sends the tick of a deadline only once, so the next run must know it. */
  tickedAt: Instant | null;
}

/**
 * The message loop of one workflow. The workflow takes one message at a time and acts on it. When nothing is left to do, it comes
 * to rest: it writes its wait (a name, a deadline and an owner) to PostgreSQL and sleeps until the next message or the deadline.
 *
 * Business time (`asOf`) is the instant of the last message taken or deadline reached, never the moment at which code runs. A
 * real store's deadlines are durable timers. A simulated store's clock reads the deadline from PostgreSQL and wakes the workflow
 * by the signal `tick`.
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

  /** The store and the business time, for the input of an activity. */
  get fact(): { storeId: string; at: Instant } {
    return { storeId: this.start.storeId, at: this.asOf };
  }

  get providers() {
    return gateway(`${workflowInfo().taskQueue}-gateway`);
  }

  /** Receives signals of that name. They wait in the inbox until the workflow takes them. */
  onSignal(name: Exclude<M, Command>['kind']): void {
    setHandler(defineSignal<[Message]>(name), (m) => this.inbox.accept({ kind: name, ...m } as unknown as M));
  }

  /**
   * Receives a person's commands of that name. While the workflow is idle, `judge` can reject a command at once, which leaves no
   * trace in the history. During a step every command is accepted, because `judge` may not know the present state: after a crash,
   * the workflow may still repeat an earlier step, while PostgreSQL already contains the effects of later steps. `judge` checks
   * the command again when its turn comes and when the workflow next begins to wait, and may reject it then.
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

  /**
   * Waits for a message of the given kinds, or of any kind if none is named.
   * @returns the message, or null once `until` has come
   */
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

  /** Waits until an instant and takes no message meanwhile. */
  async sleepUntil(until: Instant, wait: WaitFor): Promise<void> {
    await this.rest(until, () => false, wait);
  }

  /**
   * Does a step. If the step fails permanently, this opens an incident and waits until the incident's owner decides to retry the
   * step, to skip it, or to go on as if the step had given a named result.
   * @param id the incident's id, if the step fails
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

  /** Acknowledges the workflow's messages and removes its wait. To be called before the workflow returns. */
  async end(): Promise<void> {
    // Messages may arrive while `book.rest` runs. They are acknowledged too, because no later code would do it.
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
      // Every wait needs a deadline, but this one ends only when the incident's owner decides. So it is renewed when it is due.
      const until = endOf(addBusinessDays(dateOf(this.asOf), policy.repair.businessDays));
      const due = await this.rest(until, () => this.repairs.decisionOn(id) !== null, {
        waitingFor: 'repair',
        owner,
        status: this.status || 'incident',
      });
      if (!due) return this.repairs.decisionOn(id)!;
    }
  }

  /** True if a message, a tick or a decision on a failed step has arrived since the last rest. */
  private get hasNewMessages(): boolean {
    return this.inbox.hasNewMessages || this.repairs.anyEarly;
  }

  /**
   * True while the workflow waits and no new message has arrived. In a replay, PostgreSQL may already contain effects of a new
   * message that the workflow has yet to act on, so the workflow does not count as idle then.
   */
  private get isIdle(): boolean {
    return this.resting && !this.hasNewMessages;
  }

  /** Writes the wait and sleeps until `isWanted()` is true or the deadline comes. @returns true if the deadline came first */
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
      // The loop also wakes for a message that does not end the wait (an early tick, a message for later, a repeated message),
      // because every message must be acknowledged.
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

/** The error by which an update's validator rejects a command. The caller reads the refusal from its type and details. */
function rejection(refusal: Refusal): ApplicationFailure {
  return ApplicationFailure.nonRetryable(refusal.code, 'Refusal', refusal);
}
