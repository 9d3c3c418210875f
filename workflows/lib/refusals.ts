import type { Refusal } from '../../domain/refusal';

/** A refusal as a validator gives it. */
export function refusal(code: Refusal['code'], params?: Refusal['params']): Refusal {
  return params ? { code, params } : { code };
}
