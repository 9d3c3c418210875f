import { createHash, randomUUID } from 'node:crypto';
import type { EmailRequest } from './request';

/** Final state of a mail, with the values of Resend's `last_event`. */
export type MailFate = 'delivered' | 'bounced' | 'complained' | 'suppressed';

export interface StoredMail extends EmailRequest {
  id: string;
  /** Place of the mail in order of arrival, from 1. It stands in for a date, because the simulator has no clock. */
  sequence: number;
  idempotencyKey: string | null;
  fate: MailFate;
}

export type SendResult = { outcome: 'accepted'; id: string } | { outcome: 'other_payload' };

/**
 * Most mails that the simulator keeps. A simulated year of the demo store sends about 300 mails. 5,000 are enough for the
 * longest test, and with their PDFs they use under 200 MB.
 */
const CAPACITY = 5000;

/**
 * Fates by the part of the recipient's address before the `@` or `+`. Resend has the same test addresses at its own domain
 * (bounced@resend.dev, …); here they work at any domain.
 */
const FATES: Record<string, MailFate> = { bounced: 'bounced', complained: 'complained', suppressed: 'suppressed' };

function fateOf(to: string[]): MailFate {
  for (const address of to) {
    const fate = FATES[bareAddress(address).split(/[@+]/)[0]!];
    if (fate) return fate;
  }
  return 'delivered';
}

/** The address without its display name, in lower case: `名前 <a@example.jp>` → `a@example.jp`. */
export function bareAddress(address: string): string {
  return (/<([^<>]+)>\s*$/.exec(address)?.[1] ?? address).trim().toLowerCase();
}

export class Mailbox {
  private readonly mails = new Map<string, StoredMail>();
  private readonly keys = new Map<string, { payload: string; id: string }>();
  private sequence = 0;

  /**
   * Stores a mail. If the idempotency key was used before, it stores nothing: the same payload gets the first answer
   * again, another payload is refused. A key lasts as long as its mail; at Resend it lasts 24 h of real time.
   */
  send(request: EmailRequest, apiKey: string, idempotencyKey: string | null): SendResult {
    const key = idempotencyKey === null ? null : `${apiKey} ${idempotencyKey}`;
    const payload = createHash('sha256').update(JSON.stringify(request)).digest('hex');
    const before = key === null ? undefined : this.keys.get(key);
    if (before)
      return before.payload === payload ? { outcome: 'accepted', id: before.id } : { outcome: 'other_payload' };

    const id = randomUUID();
    this.mails.set(id, { ...request, id, sequence: ++this.sequence, idempotencyKey, fate: fateOf(request.to) });
    if (key !== null) this.keys.set(key, { payload, id });
    if (this.mails.size > CAPACITY) this.forgetOldest();
    return { outcome: 'accepted', id };
  }

  find(id: string): StoredMail | undefined {
    return this.mails.get(id);
  }

  /** Mails with `to` in one of their To or Cc addresses, newest first. Without `to`: all mails. */
  list(to = ''): StoredMail[] {
    const wanted = to.trim().toLowerCase();
    const matches = (mail: StoredMail) => [...mail.to, ...mail.cc].some((a) => a.toLowerCase().includes(wanted));
    return [...this.mails.values()].filter((mail) => wanted === '' || matches(mail)).reverse();
  }

  private forgetOldest(): void {
    const oldest = this.mails.keys().next().value!;
    this.mails.delete(oldest);
    for (const [key, { id }] of this.keys) {
      if (id === oldest) {
        this.keys.delete(key);
        break;
      }
    }
  }
}
