import type { RefusalCode } from './refusal-codes';

/** Place in a rule's input: names of members and numbers in lists, e.g. `['lines', 0, 'planId']`. */
export type FieldPath = readonly (string | number)[];

/** An expected rejection: a value with a code from a closed list, never an exception. Its texts are in refusal-codes. */
export interface Refusal {
  code: RefusalCode;
  /** Part of the input that caused it. */
  field?: FieldPath;
  /** Facts for the reader and the log: states, dates, ids and yen. Never names or addresses. */
  params?: Readonly<Record<string, string | number>>;
}

export type Result<T> = { ok: true; value: T } | { ok: false; refusal: Refusal };

/** As `Result`, with every reason at once. */
export type Checked<T> = { ok: true; value: T } | { ok: false; refusals: readonly Refusal[] };

export function ok<T>(value: T): { ok: true; value: T } {
  return { ok: true, value };
}

export function refuse(code: RefusalCode, details: Omit<Refusal, 'code'> = {}): { ok: false; refusal: Refusal } {
  return { ok: false, refusal: { code, ...details } };
}

export function refuseAll(...refusals: readonly Refusal[]): { ok: false; refusals: readonly Refusal[] } {
  return { ok: false, refusals };
}
