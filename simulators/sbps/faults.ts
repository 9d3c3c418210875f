import { z } from 'zod';
import { Fired } from '../fired';

/**
 * The ways in which the simulator can misbehave on `/api/xmlapi.do`:
 * - `down`: HTTP 503, nothing done
 * - `refuse`: the connection is cut at once, nothing done
 * - `timeout_before_effect`: never answered, nothing done
 * - `timeout_after_effect`: done, then the connection is cut without an answer
 * - `hang_after_effect`: done, but never answered; the caller times out
 * - `answer_twice`: the request reaches SBPS twice, as through a proxy that repeats it; the caller receives the second
 *   answer
 * - `slow`: done and answered after `delay_ms` of real time
 */
export const faultSchema = z.strictObject({
  merchant_id: z.string(),
  /** SBPS's id of the affected call, e.g. `ST02-00201-101`, or `*` for every call. */
  api_id: z.string().default('*'),
  mode: z.enum([
    'down',
    'refuse',
    'timeout_before_effect',
    'timeout_after_effect',
    'hang_after_effect',
    'answer_twice',
    'slow',
  ]),
  /** Number of requests that the fault affects. */
  times: z.int().min(1).max(1000).default(1),
  delay_ms: z.int().min(1).max(60_000).default(1000),
});

export type Fault = z.infer<typeof faultSchema>;

/** Faults in the order they were filed. Each is removed after `times` requests. */
export class Faults {
  private filed: Fault[] = [];
  private readonly fired = new Map<string, Fired>();

  file(fault: Fault): void {
    this.filed.push({ ...fault });
  }

  clear(merchantId: string): void {
    this.filed = this.filed.filter((fault) => fault.merchant_id !== merchantId);
  }

  /** Returns the first fault that affects this call of this merchant, and counts one use of it. null: no fault. */
  take(merchantId: string, apiId: string): Fault | null {
    const index = this.filed.findIndex((f) => f.merchant_id === merchantId && (f.api_id === '*' || f.api_id === apiId));
    const fault = this.filed[index];
    if (!fault) return null;
    if (--fault.times === 0) this.filed.splice(index, 1);
    this.firedAt(merchantId).count(fault.mode);
    return fault;
  }

  /** The counter of the faults that affected this merchant's calls. */
  firedAt(merchantId: string): Fired {
    const fired = this.fired.get(merchantId) ?? new Fired();
    this.fired.set(merchantId, fired);
    return fired;
  }
}
