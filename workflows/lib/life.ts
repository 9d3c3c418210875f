import {
  ApplicationFailure,
  type SignalDefinition,
  condition,
  type defineUpdate,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { type Instant, addBusinessDays, dateOf, endOf, msOf } from '../../domain/calendar';
import { type StepKind, incidentKinds } from '../../domain/incidents';
import { policy } from '../../domain/policy';
import type { Refusal } from '../../domain/refusal';
import { type Accepted, type Command, type Message, type Start, repair, tick } from '../contracts/messages';
import { type WaitFor, waitLabels } from '../contracts/waits';
import { book, failureText, gateway } from './activities';
import { showWait } from './details';
import { type CarriedInbox, Inbox } from './inbox';
import { type Attempt, Repairs } from './repairs';

/** What a new run of the same workflow takes over. */
export interface Carried extends CarriedInbox {
  asOf: Instant;
  /** The latest alarm that has rung: a clock rings each once, so the next run must know of it. */
  tickedAt: Instant | null;
}

/**
 * One workflow's life: a single writer that takes messages one at a time, knows the business time of the fact it acts on,
 * and says, each time it comes to rest, what it waits for, until when and who can move it.
 *
 * Business time (`asOf`) is the instant of the last message taken or alarm due, never the moment of the call. A real store
 * waits on durable timers; a simulated one is woken by its clock, which reads the deadline from the row written at rest.
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
    setHandler(tick, (m) => {
      this.inbox.done(m.messageId);
      if (this.tickedAt === null || m.at > this.tickedAt) this.tickedAt = m.at;
    });
    setHandler(
      repair,
      (m) => {
        const taken = this.repairs.take(m.incident, { how: m.how, messageId: m.messageId });
        if (!taken) this.inbox.turnAway(m.messageId, { code: 'conflict' });
        return { accepted: true } as const;
      },
      {
        validator: (m) => {
          if (this.repairs.refuses(m.incident, this.atRest)) throw refusing({ code: 'conflict' });
        },
      },
    );
  }

  get storeId(): string {
    return this.start.storeId;
  }

  /** Stamps an activity's input with the store and the instant of the fact. */
  get fact(): { storeId: string; at: Instant } {
    return { storeId: this.start.storeId, at: this.asOf };
  }

  get providers() {
    return gateway(`${workflowInfo().taskQueue}-gateway`);
  }

  /** News from outside: taken in order of arrival, judged by state when its turn comes. */
  hear<K extends M['kind']>(kind: K, signal: SignalDefinition<[Body<M, K>]>): void {
    setHandler(signal, (m) => this.inbox.accept({ kind, ...m } as unknown as M));
  }

  /**
   * A person's command: `judge` says no at once and leaves no trace in history, but only at rest: in the middle of a step (a worker
   * that has died is replayed with what came meanwhile) the books may be further than it knows, so the command is taken in. It is
   * asked again when the command's turn comes, and at the next rest: of two taken in together the first may have changed what the
   * second was allowed by, which is then refused after all.
   */
  obey<K extends M['kind']>(
    kind: K,
    update: ReturnType<typeof defineUpdate<Accepted, [Body<M, K> & Command]>>,
    judge: (m: Body<M, K> & Command) => Refusal | null,
  ): void {
    this.inbox.judge(kind, (m) => judge(m as unknown as Body<M, K> & Command));
    setHandler(
      update,
      (m) => {
        this.inbox.accept({ kind, ...m } as unknown as M);
        return { accepted: true };
      },
      {
        validator: (m) => {
          const refusal = this.atRest ? judge(m) : null;
          if (refusal) throw refusing(refusal);
        },
      },
    );
  }

  /** The next message of the given kinds (all kinds when none is named), or null once `until` has come. */
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

  /** Waits for a date and takes nothing meanwhile. */
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

  /** To be called before the workflow returns: acknowledges what it has acted on, and waits for nothing more. */
  async end(): Promise<void> {
    // Again for what arrives meanwhile: nobody else would acknowledge it.
    do {
      this.turnAwayEarly();
      await book.rest({ ...this.fact, workflowId: workflowInfo().workflowId, wait: null, ...this.inbox.atEnd() });
    } while (!this.inbox.isEmpty || this.repairs.anyEarly);
  }

  get mustContinue(): boolean {
    return workflowInfo().continueAsNewSuggested;
  }

  carry(): Carried {
    this.turnAwayEarly();
    const { asOf, tickedAt } = this;
    return { asOf, tickedAt, ...this.inbox.carry() };
  }

  private turnAwayEarly(): void {
    for (const id of this.repairs.takeUnclaimed()) this.inbox.turnAway(id, { code: 'conflict' });
  }

  private async waitForRepair(id: string, owner: 'operator' | 'finance') {
    for (;;) {
      // Five business days, then again: an incident stays until somebody decides.
      const until = endOf(addBusinessDays(dateOf(this.asOf), policy.order.atRiskBusinessDays));
      const due = await this.rest(until, () => this.repairs.decisionOn(id) !== null, {
        waitingFor: 'repair',
        owner,
        status: this.status || 'incident',
      });
      if (!due) return this.repairs.decisionOn(id)!;
    }
  }

  /** Something has come since it came to rest: a message, a tick, a decision. */
  private get stirred(): boolean {
    return this.inbox.stirred || this.repairs.anyEarly;
  }

  /** Not when something came just before, which a replayed task brings along: what follows from it is in the books already. */
  private get atRest(): boolean {
    return this.resting && !this.stirred;
  }

  /** @returns true when `until` came first */
  private async rest(until: Instant, wake: () => boolean, wait: WaitFor): Promise<boolean> {
    if (wake()) return false;
    if (until <= this.asOf) return true;
    this.status = wait.status;
    const { workflowId } = workflowInfo();
    const simulated = this.start.clock === 'simulated';
    const rung = () => this.tickedAt !== null && this.tickedAt >= until;
    const woken = () => wake() || rung();
    let due = false;
    do {
      this.turnAwayEarly();
      const { waitingFor, owner } = wait;
      await book.rest({
        ...this.fact,
        workflowId,
        wait: { waitingFor, owner, dueAt: until, accountId: this.accountId, alarm: simulated },
        ...this.inbox.atRest(),
      });
      showWait(wait, until);
      const summary = { summary: waitLabels[waitingFor] };
      // Also for what wakes nobody: a tick for a deadline that has moved, a message for later, one sent twice.
      const stirred = () => woken() || this.stirred;
      this.resting = true;
      if (simulated) await condition(stirred);
      // eslint-disable-next-line no-restricted-syntax -- Temporal's replayed clock; only how long a real wait lasts
      else due = !(await condition(stirred, Math.max(1, msOf(until) - Date.now()), summary));
      this.resting = false;
    } while (!due && !woken());
    if (wake()) return false;
    this.asOf = until;
    return true;
  }
}

/** A refusal as a validator gives it, with its code for those who asked. */
function refusing(refusal: Refusal): ApplicationFailure {
  return ApplicationFailure.nonRetryable(refusal.code, 'Refusal', refusal);
}

type Body<M, K> = Omit<Extract<M, { kind: K }>, 'kind'>;
