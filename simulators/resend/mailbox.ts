import { createHash, randomUUID } from 'node:crypto';
import type { EmailRequest } from './request';

/** Final state of a mail, as in `last_event` of Resend. */
export type MailFate = 'delivered' | 'bounced' | 'complained' | 'suppressed';

export interface StoredMail extends EmailRequest {
  id: string;
  /** Counts from 1 in order of arrival, because the simulator has no clock. */
  sequence: number;
  idempotencyKey: string | null;
  fate: MailFate;
}

export type SendResult = { outcome: 'accepted'; id: string } | { outcome: 'other_payload' };

/**
 * A simulated year of the demo store sends about 300 mails. 5,000 are enough for the longest test and stay under 200 MB
 * with PDFs.
 */
const CAPACITY = 5000;

/** Resend's test addresses (bounced@resend.dev, …), recognised by their local part at any domain. */
const FATES: Record<string, MailFate> = { bounced: 'bounced', complained: 'complained', suppressed: 'suppressed' };

function fateOf(to: string[]): MailFate {
  for (const address of to) {
    const fate = FATES[bareAddress(address).split(/[@+]/)[0]!];
    if (fate) return fate;
  }
  return 'delivered';
}

/** `名前 <a@example.jp>` → `a@example.jp`, lower case. */
export function bareAddress(address: string): string {
  return (/<([^<>]+)>\s*$/.exec(address)?.[1] ?? address).trim().toLowerCase();
}

export class Mailbox {
  private readonly mails = new Map<string, StoredMail>();
  private readonly keys = new Map<string, { payload: string; id: string }>();
  private sequence = 0;

  /**
   * The same key and payload return the first answer again. A key lives as long as its mail (at Resend: 24 h of real
   * time).
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

  /** Newest first; `to` matches a part of any To or Cc address. */
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
