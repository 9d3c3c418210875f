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

/** The states that lead to `to`. @param crossing states that may lie between, each at most once */
export function waysTo<S extends string>(table: Lifecycle<S>, to: S, crossing: readonly S[] = []): S[] {
  const leads = (from: S, between: readonly S[]): boolean =>
    canMove(table, from, to) ||
    between.some((via) => {
      const rest = between.filter((state) => state !== via);
      return canMove(table, from, via) && leads(via, rest);
    });
  return statesOf(table).filter((from) => from !== to && leads(from, crossing));
}

/** The pairs of states that a table allows. A table is declared `as const`, or its type allows all pairs. */
export type Moves<T extends Lifecycle<string>> = {
  [F in keyof T['states'] & string]: [from: F, to: T['states'][F]['to'][number]];
}[keyof T['states'] & string];

/** The states of a table that lead to `To`. If `To` is several states, each state must lead to all of them. */
export type WaysTo<T extends Lifecycle<string>, To extends string> = {
  [F in keyof T['states'] & string]: [To] extends [T['states'][F]['to'][number]] ? F : never;
}[keyof T['states'] & string];

/** States that lead to no other state. */
export function terminals<S extends string>(table: Lifecycle<S>): S[] {
  return statesOf(table).filter((state) => table.states[state].to.length === 0);
}
