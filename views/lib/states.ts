import { type Lifecycle, statesOf } from '../../domain/lifecycle';
import { z } from './zod';

/** A schema for the states of a life cycle, in the order of the life cycle's table. */
export function stateOf<S extends string>(table: Lifecycle<S>) {
  return z.enum(statesOf(table));
}
