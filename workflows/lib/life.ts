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
import type { Owner } from '../contracts/activities';
import type { Accepted, Command, Message, MessageName, Payload, Start } from '../contracts/messages';
import { book, failureText, gateway } from './activities';
import { labelOf, show } from './details';
import { type CarriedInbox, Inbox } from './inbox';
import { Repairs } from './repairs';
import { shouldContinueAsNew, timerMs } from './timing';

/** What a new run of the same workflow takes over. */
export interface Carried extends CarriedInbox {
  asOf: Instant;
  /** The latest alarm that has rung: a clock rings each once, so the next run must know of it. */
  tickedAt: Instant | null;
}

export interface WaitFor {
  /** Code of what is waited for; its Japanese words are in details.ts. */
  waitingFor: string;
  owner: Owner;
  /** Business state, shown in the UI and as search attribute Status. */
  status: string;
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
    setHandler(defineSignal<[Message]>('tick' satisfies MessageName), (m) => {
      this.inbox.done(m.messageId);
      if (this.tickedAt === null || m.at > this.tickedAt) this.tickedAt = m.at;
    });
    setHandler(
      defineUpdate<Accepted, [Command & Payload<'repair'>]>('repair'),
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

  /** Receives a signal: taken in order of arrival, judged by state when its turn comes. */
  onSignal(name: Exclude<M, Command>['kind']): void {
    setHandler(defineSignal<[Message]>(name), (m) => this.inbox.accept({ kind: name, ...m } as unknown as M));
  }

  /**
   * Receives a person's command. At rest `judge` rejects it at once, which leaves no trace in history. In the middle of a step it
   * is accepted: the worker may have died, and the books may be further than the replayed workflow knows. `judge` is asked again
   * when the command's turn comes, and at the next rest: if two commands were accepted together, the first may have changed what
   * allowed the second, which is then rejected after all.
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
          const refusal = this.atRest ? judge(given(m)) : null;
          if (refusal) throw refusing(refusal);
        },
      },
    );
  }

  /** The next message of the given kinds (all kinds when none is named), or null once `until` has come. */
  async next(until: Instant, wait: WaitFor, ...kinds: M['kind'][]): Promise<M | null> {
    const wanted = (m: M) => kinds.length === 0 || kinds.includes(m.kind);
    for (;;) {
      const due = await this.rest(until, () => this.inbox.has(wanted), wait);
      if (due) return null;
      const message = this.inbox.take(wanted);
      if (!message) continue;
      if (message.at > this.asOf) this.asOf = message.at;
      return message;
    }
  }

  /** Waits for a date and takes nothing meanwhile. */
  async sleepUntil(until: Instant, wait: WaitFor): Promise<void> {
    await this.rest(until, () => false, wait);
  }

  /**
   * Does a step that may fail for good: then there is an incident with an owner, and the step is tried again, skipped or
   * resolved as that person says. @returns what the step gave, or `{ resolvedAs }` ('skip' when skipped)
   */
  async attempt<T>(id: string, kind: StepKind, step: () => Promise<T>): Promise<T | { resolvedAs: string }> {
    for (;;) {
      try {
        return await step();
      } catch (e) {
        if (isCancellation(e)) throw e;
        const detail = failureText(e);
        this.repairs.fail(id);
        await book.openIncident({ ...this.fact, id, kind, workflowId: workflowInfo().workflowId, detail });
      }
      const decided = await this.waitForRepair(id, incidentKinds[kind].owner);
      await book.resolveIncident({ ...this.fact, id, how: JSON.stringify(decided.how), messageId: decided.messageId });
      this.inbox.done(decided.messageId);
      this.repairs.done(id);
      if (decided.how !== 'retry') return { resolvedAs: decided.how === 'skip' ? 'skip' : decided.how.resolveAs };
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
    return shouldContinueAsNew(this.status !== '');
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
      const until = endOf(addBusinessDays(dateOf(this.asOf), policy.repair.businessDays));
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
      show(wait, until);
      const summary = { summary: labelOf(wait.waitingFor) };
      // Also for what wakes nobody: a tick for a deadline that has moved, a message for later, one sent twice.
      const stirred = () => woken() || this.stirred;
      this.resting = true;
      if (simulated) await condition(stirred);
      else due = !(await condition(stirred, timerMs(waitingFor, until), summary));
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
