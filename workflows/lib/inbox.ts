import type { Refusal } from '../../domain/refusal';
import type { Rest } from '../contracts/activities';
import type { Message } from '../contracts/messages';

/**
 * Number of message ids kept to recognise a repeated message. A repetition comes within minutes, and a contract takes months to
 * receive 200 messages.
 */
const REMEMBERED = 200;

/** A command that was accepted when it arrived, and refused later. */
interface Rejected {
  id: string;
  refusal: Refusal;
}

/** The inbox as one run of the workflow hands it to the next. */
export interface CarriedInbox {
  seen: string[];
  processed: string[];
  queue: { kind: string; message: Message }[];
  /** The rejected commands. This name cannot change, because running workflows already hand it over. */
  turnedAway?: Rejected[];
}

/**
 * The messages that a workflow has received. The workflow takes each of them once, in order of arrival. Every message is
 * acknowledged: its row of the table `dispatch` is marked as processed.
 */
export class Inbox<M extends { kind: string } & Message> {
  private readonly seen: string[];
  private readonly processed: string[];
  private readonly queue: M[];
  private readonly rejected: Rejected[];
  private readonly judges = new Map<string, (m: M) => Refusal | null>();
  /** Length of the queue when the workflow last began to wait. */
  private queuedAtRest = 0;

  /** @param first id of the message that started the workflow, which is acknowledged too */
  constructor(first: string, carried?: CarriedInbox) {
    this.seen = carried?.seen ?? [];
    this.processed = carried?.processed ?? [first];
    this.queue = (carried?.queue ?? []).map(({ kind, message }) => ({ kind, ...message }) as M);
    this.rejected = carried?.turnedAway ?? [];
  }

  /**
   * Sets the check for commands of that kind. A queued command is checked when its turn comes, and each time the workflow begins
   * to wait.
   */
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

  /** Takes the first wanted message. @returns null if the message is a command that is no longer allowed, and was rejected */
  take(wanted: (m: M) => boolean): M | null {
    const m = this.queue.splice(this.queue.findIndex(wanted), 1)[0]!;
    const refusal = this.judges.get(m.kind)?.(m);
    if (refusal) {
      this.reject(m.messageId, refusal);
      return null;
    }
    this.done(m.messageId);
    return m;
  }

  done(messageId: string): void {
    this.processed.push(messageId);
  }

  reject(id: string, refusal: Refusal): void {
    this.done(id);
    this.rejected.push({ id, refusal });
  }

  /**
   * Returns the messages to acknowledge when the workflow begins to wait. Messages that stay in the queue are among them, because
   * their senders wait for the acknowledgement. But a queued command that is not allowed now is rejected and not kept until it is
   * allowed, because its sender meant it for now.
   */
  acknowledgeAtRest(): Pick<Rest, 'processed' | 'refused'> {
    for (const m of [...this.queue]) {
      const refusal = this.judges.get(m.kind)?.(m);
      if (!refusal) continue;
      this.queue.splice(this.queue.indexOf(m), 1);
      this.reject(m.messageId, refusal);
    }
    this.queuedAtRest = this.queue.length;
    const { processed, ...refused } = this.acknowledge();
    return { processed: [...processed, ...this.queue.map((m) => m.messageId)], ...refused };
  }

  /** Returns the messages to acknowledge as the workflow ends: all that are left. */
  acknowledgeAtEnd(): Pick<Rest, 'processed' | 'refused'> {
    for (const left of this.queue.splice(0)) this.done(left.messageId);
    return this.acknowledge();
  }

  /** True if every message received so far has been taken and acknowledged. */
  get isEmpty(): boolean {
    return this.queue.length + this.processed.length === 0;
  }

  /** True if a message has arrived since the workflow last began to wait. */
  get hasNewMessages(): boolean {
    return this.processed.length > 0 || this.queue.length > this.queuedAtRest;
  }

  carry(): CarriedInbox {
    const { seen, processed, rejected } = this;
    const queue = this.queue.map(({ kind, ...message }) => ({ kind, message }));
    return { seen, processed, queue, ...(rejected.length > 0 && { turnedAway: rejected }) };
  }

  private acknowledge(): Pick<Rest, 'processed' | 'refused'> {
    const refused = this.rejected.splice(0);
    return { processed: this.processed.splice(0), ...(refused.length > 0 && { refused }) };
  }
}
