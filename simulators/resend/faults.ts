import { z } from 'zod';
import { Fired } from '../fired';
import { bareAddress } from './mailbox';

/**
 * How the simulator can misbehave on `POST /emails`:
 * - `down`: 503, nothing taken
 * - `server_error`: 500, nothing taken
 * - `rate_limited`: 429, nothing taken
 * - `in_progress`: 409 concurrent_idempotent_requests, nothing taken
 * - `timeout_after_effect`: the mail is taken, then the connection is cut without an answer
 * - `answer_twice`: the request arrives twice, as through a proxy that repeats it; one mail if it carries an Idempotency-Key
 */
export const faultSchema = z.strictObject({
  mode: z.enum(['down', 'server_error', 'rate_limited', 'in_progress', 'timeout_after_effect', 'answer_twice']),
  /** How many requests it hits. */
  times: z.int().min(1).max(1000).default(1),
  /** Only mails to this address, so that tests side by side don't disturb each other. */
  to: z.string().optional(),
});

export type Fault = z.infer<typeof faultSchema>;
export type FaultMode = Fault['mode'];

/** Faults in the order they were filed; each is used up after `times` requests. */
export class Faults {
  readonly fired = new Fired();
  private filed: Fault[] = [];

  file(fault: Fault): void {
    this.filed.push({ ...fault });
  }

  /** Withdraws those for mails to this address, or those for all. */
  clear(to?: string): void {
    this.filed = this.filed.filter((fault) => fault.to !== to);
  }

  /** The fault for a mail to these addresses, if any; counts it as used. */
  take(to: string[]): FaultMode | null {
    const recipients = to.map(bareAddress);
    const index = this.filed.findIndex((fault) => !fault.to || recipients.includes(bareAddress(fault.to)));
    const fault = this.filed[index];
    if (!fault) return null;
    if (--fault.times === 0) this.filed.splice(index, 1);
    this.fired.count(fault.mode);
    return fault.mode;
  }
}
