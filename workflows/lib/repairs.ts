import type { Repair } from '../contracts/messages';

/** A person's decision on a step that failed permanently. */
export interface Decision {
  how: Repair;
  messageId: string;
}

/** The result of a step that a person may have to decide on: its value, or the decision to go on without it. */
export type Attempt<T> = { kind: 'done'; value: T } | { kind: 'skipped' } | { kind: 'resolved'; as: string };

/** The steps of a workflow that failed permanently, by incident, and people's decisions on them. */
export class Repairs {
  /** null = nobody has decided yet. */
  private readonly failed = new Map<string, Decision | null>();
  /** Decisions that came during a step. The books already knew that it had failed, but this run did not yet. */
  private readonly early = new Map<string, Decision>();
  /** Incidents decided in this run. A repeated decision is not kept for the next failure under the same id. */
  private readonly decided = new Set<string>();

  /** Rejects a decision that would never be acted on: the incident belongs to no waiting step, or it was decided a moment ago. */
  rejects(incident: string, idle: boolean): boolean {
    return (idle || this.decided.has(incident)) && this.failed.get(incident) !== null;
  }

  /** @returns false for a second decision on an incident that is not awaited yet; the caller rejects it */
  accept(incident: string, decision: Decision): boolean {
    if (this.failed.get(incident) === null) this.failed.set(incident, decision);
    else if (this.early.has(incident)) return false;
    else this.early.set(incident, decision);
    return true;
  }

  fail(incident: string): void {
    this.failed.set(incident, this.early.get(incident) ?? null);
    this.early.delete(incident);
  }

  decisionOn(incident: string): Decision | null {
    return this.failed.get(incident) ?? null;
  }

  done(incident: string): void {
    this.failed.delete(incident);
    this.decided.add(incident);
  }

  get anyEarly(): boolean {
    return this.early.size > 0;
  }

  /** Removes the early decisions and returns their message ids. To be called at rest or at the end, when no step waits for them. */
  removeUnclaimed(): string[] {
    const ids = [...this.early.values()].map(({ messageId }) => messageId);
    this.early.clear();
    return ids;
  }
}
