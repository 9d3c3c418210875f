import type { Refusal } from '../../domain/refusal';
import type { Rest } from '../contracts/activities';
import type { Message } from '../contracts/messages';

/** Messages remembered to recognise one sent twice; a retry comes within minutes, 200 messages are months of one contract. */
const REMEMBERED = 200;

/** A command that was taken in before it was known that it may not be done. */
interface TurnedAway {
  id: string;
  refusal: Refusal;
}

/** What the inbox of the next run takes over. */
export interface CarriedInbox {
  seen: string[];
  processed: string[];
  queue: { kind: string; message: Message }[];
  turnedAway?: TurnedAway[];
}

/** The messages of a workflow that acts on them one at a time: each once, in order of arrival, and each is acknowledged. */
export class Inbox<M extends { kind: string } & Message> {
  private readonly seen: string[];
  private readonly processed: string[];
  private readonly queue: M[];
  private readonly turnedAway: TurnedAway[];
  private readonly judges = new Map<string, (m: M) => Refusal | null>();
  /** Messages kept for later when it was last acknowledged what had come. */
  private kept = 0;

  /** @param first the message that started the workflow, to be acknowledged too */
  constructor(first: string, carried?: CarriedInbox) {
    this.seen = carried?.seen ?? [];
    this.processed = carried?.processed ?? [first];
    this.queue = (carried?.queue ?? []).map(({ kind, message }) => ({ kind, ...message }) as M);
    this.turnedAway = carried?.turnedAway ?? [];
  }

  /** Commands of that kind are asked again when their turn comes, and at each rest. */
  judge(kind: M['kind'], judge: (m: M) => Refusal | null): void {
    this.judges.set(kind, judge);
  }

  accept(m: M): void {
    if (this.seen.includes(m.messageId)) return this.done(m.messageId);
    this.seen.push(m.messageId);
    if (this.seen.length > REMEMBERED) this.seen.shift();
    this.queue.push(m);
  }

  has(wanted: (m: M) => boolean): boolean {
    return this.queue.some(wanted);
  }

  /** The first that is wanted, done with its taking; null when it may not be done any more and was turned away. */
  take(wanted: (m: M) => boolean): M | null {
    const m = this.queue.splice(this.queue.findIndex(wanted), 1)[0]!;
    const refusal = this.judges.get(m.kind)?.(m);
    if (refusal) {
      this.turnAway(m.messageId, refusal);
      return null;
    }
    this.done(m.messageId);
    return m;
  }

  done(messageId: string): void {
    this.processed.push(messageId);
  }

  turnAway(id: string, refusal: Refusal): void {
    this.done(id);
    this.turnedAway.push({ id, refusal });
  }

  /**
   * What is to be acknowledged as the workflow comes to rest. What is kept for later is taken in as well, its sender waits for it;
   * what may not be done now is turned away, not kept for a time at which it would be allowed: nobody meant it then.
   */
  atRest(): Pick<Rest, 'processed' | 'refused'> {
    for (const m of [...this.queue]) {
      const refusal = this.judges.get(m.kind)?.(m);
      if (!refusal) continue;
      this.queue.splice(this.queue.indexOf(m), 1);
      this.turnAway(m.messageId, refusal);
    }
    this.kept = this.queue.length;
    const { processed, ...refused } = this.acknowledged();
    return { processed: [...processed, ...this.queue.map((m) => m.messageId)], ...refused };
  }

  /** What is to be acknowledged as the workflow ends: all of it. */
  atEnd(): Pick<Rest, 'processed' | 'refused'> {
    for (const left of this.queue.splice(0)) this.done(left.messageId);
    return this.acknowledged();
  }

  /** Nothing has come that nobody has been told of. */
  get isEmpty(): boolean {
    return this.queue.length + this.processed.length === 0;
  }

  /** Something has come since the last rest. */
  get stirred(): boolean {
    return this.processed.length > 0 || this.queue.length > this.kept;
  }

  carry(): CarriedInbox {
    const { seen, processed, turnedAway } = this;
    const queue = this.queue.map(({ kind, ...message }) => ({ kind, message }));
    return { seen, processed, queue, ...(turnedAway.length > 0 && { turnedAway }) };
  }

  private acknowledged(): Pick<Rest, 'processed' | 'refused'> {
    const refused = this.turnedAway.splice(0);
    return { processed: this.processed.splice(0), ...(refused.length > 0 && { refused }) };
  }
}
