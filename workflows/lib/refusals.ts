import type { Refusal } from '../../domain/refusal';

/** Builds the refusal that the sender of a command receives. */
export function refusal(code: Refusal['code'], params?: Refusal['params']): Refusal {
  return params ? { code, params } : { code };
}
