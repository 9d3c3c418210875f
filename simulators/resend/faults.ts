import { z } from 'zod';
import { Fired } from '../fired';
import { bareAddress } from './mailbox';

/**
 * The ways in which the simulator can misbehave on a request `POST /emails`:
 * - `down`: 503, the mail is not accepted
 * - `server_error`: 500, the mail is not accepted
 * - `rate_limited`: 429, the mail is not accepted
 * - `in_progress`: 409 concurrent_idempotent_requests, the mail is not accepted
 * - `timeout_after_effect`: the mail is accepted, then the connection is cut without an answer
 * - `answer_twice`: the request arrives twice, as through a proxy that repeats it; one mail is sent if the request has an
 *   Idempotency-Key, otherwise two
 */
export const faultSchema = z.strictObject({
  mode: z.enum(['down', 'server_error', 'rate_limited', 'in_progress', 'timeout_after_effect', 'answer_twice']),
  /** Number of requests that the fault affects. */
  times: z.int().min(1).max(1000).default(1),
  /** If set, the fault affects only mails to this address. So tests that run in parallel do not disturb each other. */
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

  /** Removes the faults that were filed for this address. Without an address, removes the faults that affect every mail. */
  clear(to?: string): void {
    this.filed = this.filed.filter((fault) => fault.to !== to);
  }

  /** Returns the mode of the first fault that affects a mail to these addresses, and counts one use of it. null: no fault. */
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
