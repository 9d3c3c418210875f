/**
 * A life cycle as data: each state with its Japanese name and the states it may move to. The table is the whole life cycle.
 * Guards are rules beside it, and effects happen in activities.
 */
export interface Lifecycle<S extends string> {
  readonly initial: S;
  /** `label` is the state's name in Japanese. */
  readonly states: Readonly<Record<S, { readonly label: string; readonly to: readonly S[] }>>;
}

export function statesOf<S extends string>(table: Lifecycle<S>): S[] {
  return Object.keys(table.states) as S[];
}

export function canMove<S extends string>(table: Lifecycle<S>, from: S, to: S): boolean {
  return table.states[from].to.includes(to);
}

/** States that lead to no other state. */
export function terminals<S extends string>(table: Lifecycle<S>): S[] {
  return statesOf(table).filter((state) => table.states[state].to.length === 0);
}
