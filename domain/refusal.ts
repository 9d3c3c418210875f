import type { RefusalCode } from './refusal-codes';

/** An expected rejection: a value with a code from a closed list, never an exception. Its texts are in refusal-codes. */
export interface Refusal {
  code: RefusalCode;
  /** JSON pointer (RFC 6901) to the member of the request that caused it, e.g. `/lines/0/plan_id`. */
  field?: string;
  /** Facts for the reader and the log: states, dates, ids and yen. Never names or addresses. */
  params?: Readonly<Record<string, string | number>>;
}

export type Result<T> = { ok: true; value: T } | { ok: false; refusal: Refusal };

export function ok<T>(value: T): { ok: true; value: T } {
  return { ok: true, value };
}

export function refuse(code: RefusalCode, details: Omit<Refusal, 'code'> = {}): { ok: false; refusal: Refusal } {
  return { ok: false, refusal: { code, ...details } };
}
