import type { Refusal } from '../../domain/refusal';

/** The refusal by which a validator rejects a command. */
export function refusal(code: Refusal['code'], params?: Refusal['params']): Refusal {
  return params ? { code, params } : { code };
}
