import type { Repair } from '../contracts/messages';

/** The decision of an incident's owner on a step that failed permanently. */
export interface Decision {
  how: Repair;
  messageId: string;
}

/**
 * The result of a step that may fail permanently: `done` with its value, `skipped`, or `resolved` as if it had given the result
 * named by `as`. The incident's owner decides on the last two.
 */
export type Attempt<T> = { kind: 'done'; value: T } | { kind: 'skipped' } | { kind: 'resolved'; as: string };

/** The failed steps of a workflow, by the id of their incident, and the decisions on them. */
export class Repairs {
  /** The failed steps whose workflow waits for a decision or is about to follow it. null = nobody has decided yet. */
  private readonly failed = new Map<string, Decision | null>();
  /**
   * Decisions that came before this run knew that their step had failed. This happens after a crash: PostgreSQL already has the
   * incident, while the workflow still repeats the step.
   */
  private readonly early = new Map<string, Decision>();
  /** Incidents decided in this run. A repeated decision must not count for the next failure under the same id. */
  private readonly decided = new Set<string>();

  /**
   * True if a decision on the incident must be refused. No failed step waits for the decision, and none is expected to: the
   * workflow is idle, or this run has had a decision on the incident already.
   * @param idle whether the workflow is idle. If it is not, the incident's step may still be about to fail.
   */
  rejects(incident: string, idle: boolean): boolean {
    return (idle || this.decided.has(incident)) && this.failed.get(incident) !== null;
  }

  /**
   * Keeps the decision for the step that waits for it, or will wait for it.
   * @returns false if no step waits yet and an earlier decision on the incident is kept already. The caller then rejects the new
   * decision.
   */
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

  /**
   * Removes the early decisions and returns their message ids. To be called when the workflow begins to wait or ends: no step
   * runs then that could fail and need them.
   */
  removeUnclaimed(): string[] {
    const ids = [...this.early.values()].map(({ messageId }) => messageId);
    this.early.clear();
    return ids;
  }
}
