import { type Lifecycle, statesOf } from '../../domain/lifecycle';
import { z } from './zod';

/** The states of a life cycle as a schema, in the order of its table. */
export function stateOf<S extends string>(table: Lifecycle<S>) {
  return z.enum(statesOf(table));
}
