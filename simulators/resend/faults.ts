import { z } from 'zod';
import { Fired } from '../fired';
import { bareAddress } from './mailbox';

/**
 * How the simulator can misbehave on `POST /emails`:
 * - `down`: 503, the mail is not accepted
 * - `server_error`: 500, the mail is not accepted
 * - `rate_limited`: 429, the mail is not accepted
 * - `in_progress`: 409 concurrent_idempotent_requests, the mail is not accepted
 * - `timeout_after_effect`: the mail is accepted, then the connection is cut without an answer
 * - `answer_twice`: the request arrives twice, as through a proxy that repeats it; one mail if it has an
 *   Idempotency-Key
 */
export const faultSchema = z.strictObject({
  mode: z.enum(['down', 'server_error', 'rate_limited', 'in_progress', 'timeout_after_effect', 'answer_twice']),
  /** How many requests it affects. */
  times: z.int().min(1).max(1000).default(1),
  /** Affects only mails to this address, so that parallel tests do not disturb each other. */
  to: z.string().optional(),
});

export type Fault = z.infer<typeof faultSchema>;
export type FaultMode = Fault['mode'];

/** Faults in the order they were filed. Each is removed after `times` requests. */
export class Faults {
  readonly fired = new Fired();
  private filed: Fault[] = [];

  file(fault: Fault): void {
    this.filed.push({ ...fault });
  }

  /** Removes the faults for this address, or without an address the faults for every mail. */
  clear(to?: string): void {
    this.filed = this.filed.filter((fault) => fault.to !== to);
  }

  /** Returns the fault for a mail to these addresses, if any, and counts one use. */
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
