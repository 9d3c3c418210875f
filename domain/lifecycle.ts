/**
 * A life cycle as a table: each state with the states that it may move to. The table contains neither the conditions of a
 * move (rules in the other files of its folder) nor its effects (in books/ and activities/).
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

/**
 * The states from which `to` can be reached, directly or through states of `crossing`.
 * @param crossing the states that a way may pass through, each at most once
 */
export function waysTo<S extends string>(table: Lifecycle<S>, to: S, crossing: readonly S[] = []): S[] {
  const leads = (from: S, between: readonly S[]): boolean =>
    canMove(table, from, to) ||
    between.some((via) => {
      const rest = between.filter((state) => state !== via);
      return canMove(table, from, via) && leads(via, rest);
    });
  return statesOf(table).filter((from) => from !== to && leads(from, crossing));
}

/** The moves that a table allows. The table must be declared `as const`; otherwise the type allows all pairs of states. */
export type Moves<T extends Lifecycle<string>> = {
  [F in keyof T['states'] & string]: [from: F, to: T['states'][F]['to'][number]];
}[keyof T['states'] & string];

/** The states of a table that move to `To` directly. If `To` is a union, they move to every member of it. */
export type WaysTo<T extends Lifecycle<string>, To extends string> = {
  [F in keyof T['states'] & string]: [To] extends [T['states'][F]['to'][number]] ? F : never;
}[keyof T['states'] & string];

/** The states that lead to no other state. */
export function terminals<S extends string>(table: Lifecycle<S>): S[] {
  return statesOf(table).filter((state) => table.states[state].to.length === 0);
}
