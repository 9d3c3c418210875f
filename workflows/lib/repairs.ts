import type { Repair } from '../contracts/messages';

/** What a person has decided on a step that failed for good. */
export interface Decision {
  how: Repair;
  messageId: string;
}

/** The result of a step that a person may have to decide on: its value, or the decision to go on without it. */
export type Attempt<T> = { kind: 'done'; value: T } | { kind: 'skipped' } | { kind: 'resolved'; as: string };

/** The steps of a workflow that failed for good, by incident, and what people decide on them. */
export class Repairs {
  /** null = nobody has decided yet. */
  private readonly failed = new Map<string, Decision | null>();
  /** Decisions that came in the middle of a step which the books, not yet this run, knew to have failed. */
  private readonly early = new Map<string, Decision>();
  /** Decided on in this run: said again, a decision is not kept for the next failure under the same id. */
  private readonly decided = new Set<string>();

  /** What nobody waits for would never be acted on: an incident that only tells, or one decided a moment ago. */
  refuses(incident: string, resting: boolean): boolean {
    return (resting || this.decided.has(incident)) && this.failed.get(incident) !== null;
  }

  /** @returns false for a second one on what is not awaited yet: it is to be turned away */
  take(incident: string, decision: Decision): boolean {
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

  /** Message ids of decisions that nothing waits for: at rest, and at an end, that is certain. */
  takeUnclaimed(): string[] {
    const ids = [...this.early.values()].map(({ messageId }) => messageId);
    this.early.clear();
    return ids;
  }
}
