/**
 * A life cycle as data: each state with its Japanese name and the states it may move to. What a reader sees is all
 * there is; guards are rules beside the table, effects are elsewhere.
 */
export interface Lifecycle<S extends string> {
  readonly initial: S;
  readonly states: Readonly<Record<S, { readonly label: string; readonly to: readonly S[] }>>;
}

export function statesOf<S extends string>(table: Lifecycle<S>): S[] {
  return Object.keys(table.states) as S[];
}

export function canMove<S extends string>(table: Lifecycle<S>, from: S, to: S): boolean {
  return table.states[from].to.includes(to);
}

/** The state's name in Japanese, as pages, mails and the Temporal UI show it. */
export function labelOf<S extends string>(table: Lifecycle<S>, state: S): string {
  return table.states[state].label;
}

/** States nothing leads out of. */
export function terminals<S extends string>(table: Lifecycle<S>): S[] {
  return statesOf(table).filter((state) => table.states[state].to.length === 0);
}

/** States that no chain of moves from the initial one leads to; empty for a sound table. */
export function unreachable<S extends string>(table: Lifecycle<S>): S[] {
  const reached = new Set<S>([table.initial]);
  for (const state of reached) for (const next of table.states[state].to) reached.add(next); // a Set visits what is added
  return statesOf(table).filter((state) => !reached.has(state));
}
