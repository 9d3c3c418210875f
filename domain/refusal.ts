import type { RefusalCode } from './refusal-codes';

/** The place of a value in a rule's input: member names and list indexes, e.g. `['lines', 0, 'planId']`. */
export type FieldPath = readonly (string | number)[];

/** An expected rejection. Rules return it as a value and never throw it. refusal-codes.ts has the texts of each code. */
export interface Refusal {
  code: RefusalCode;
  /** The part of the input that caused the refusal. */
  field?: FieldPath;
  /** Facts for the reader and the log: states, dates, ids and yen. Never names or addresses. */
  params?: Readonly<Record<string, string | number>>;
}

export type Result<T> = { ok: true; value: T } | { ok: false; refusal: Refusal };

/** Like `Result`, but with every reason for the refusal at once. */
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
