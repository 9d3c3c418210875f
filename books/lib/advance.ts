import { accountLifecycle, buyerScreeningLifecycle } from '../../domain/account/lifecycle';
import { closeLifecycle } from '../../domain/close/lifecycle';
import { debitRunLifecycle, directDebitLifecycle } from '../../domain/direct-debit/lifecycle';
import { invoiceLifecycle } from '../../domain/invoice/lifecycle';
import { type Lifecycle, type Moves, type WaysTo, waysTo } from '../../domain/lifecycle';
import { orderLifecycle } from '../../domain/order/lifecycle';
import { periodLifecycle } from '../../domain/period/lifecycle';
import { subscriptionLifecycle } from '../../domain/subscription/lifecycle';
import { Prisma } from '../../generated/prisma/client';
import type { Db, Tx } from '../../prisma/db';
import { Conflict } from './errors';

/*
 * Every change of a state that has a life cycle goes through this file: by `advance`, by `advanceOne`, or by an SQL statement
 * with the states of `moving`. A change that the life cycle's table does not allow does not compile, and at run time it updates
 * no row. A new row is written in the initial state, or its writer explains another.
 *
 * A caller may pass `db`, outside a transaction, only if the change of state is all that it writes, because a single UPDATE is
 * atomic. Any other caller passes its transaction.
 */

/** Each life cycle with the Prisma model and the column that hold its state. */
const cycles = {
  account: { table: accountLifecycle, model: 'account', column: 'status' },
  buyerScreening: { table: buyerScreeningLifecycle, model: 'billingDestination', column: 'buyerStatus' },
  close: { table: closeLifecycle, model: 'close', column: 'status' },
  debitRun: { table: debitRunLifecycle, model: 'debitRun', column: 'status' },
  directDebit: { table: directDebitLifecycle, model: 'directDebit', column: 'status' },
  invoice: { table: invoiceLifecycle, model: 'invoice', column: 'status' },
  order: { table: orderLifecycle, model: 'order', column: 'status' },
  period: { table: periodLifecycle, model: 'billingPeriod', column: 'status' },
  subscription: { table: subscriptionLifecycle, model: 'subscription', column: 'status' },
} as const;

type Cycle = keyof typeof cycles;
type Table<C extends Cycle> = (typeof cycles)[C]['table'];
type StateOf<C extends Cycle> = keyof Table<C>['states'] & string;
/** States that a row can change to: those that another state leads to. */
export type Reached<C extends Cycle> = Moves<Table<C>>[1] & string;
type From<C extends Cycle, To extends string> = WaysTo<Table<C>, To>;
type Args<C extends Cycle> = Prisma.TypeMap['model'][Capitalize<
  (typeof cycles)[C]['model']
>]['operations']['updateMany']['args'];

interface Step<C extends Cycle, To extends Reached<C>> {
  to: To;
  /** Only rows in these states move. By default, rows in every state that leads to `to`. */
  from?: From<C, To> | readonly From<C, To>[];
  /** States that a row may skip: a row from which `to` is reached only through these states moves too. */
  crossing?: readonly StateOf<C>[];
  /** If true, rows that are in `to` already are written and counted too. */
  stay?: boolean;
  /** Other columns to write with the state. */
  data?: Omit<Args<C>['data'], (typeof cycles)[C]['column']>;
}

/** Changes rows to the state `to`. Rows whose state does not lead to it stay unchanged. @returns how many rows moved */
export function advance<C extends Cycle, const To extends Reached<C>>(
  db: Db | Tx,
  cycle: C,
  step: Step<C, To> & { where: Omit<NonNullable<Args<C>['where']>, (typeof cycles)[C]['column']> },
): Promise<number> {
  return move(db, cycle, step);
}

/** Changes one row to the state `to`. @throws Conflict when its state does not lead there, or when there is no such row */
export async function advanceOne<
  C extends 'directDebit' | 'invoice' | 'order' | 'subscription',
  const To extends Reached<C>,
>(db: Db | Tx, cycle: C, step: Step<C, To> & { where: { storeId: string; id: string } }): Promise<void> {
  const moved = await move(db, cycle, step);
  if (moved === 0) throw new Conflict(`${cycle} ${step.where.id} can't go to ${step.to} from where it is`);
}

/**
 * The two states of a change, for an SQL statement: `UPDATE … SET ${set} WHERE … status = ${from}`. The compiler checks that the
 * life cycle leads from one to the other.
 */
export function moving<C extends Exclude<Cycle, 'buyerScreening'>, const To extends Reached<C>>(
  _cycle: C,
  from: From<C, To>,
  to: To,
): { set: Prisma.Sql; from: Prisma.Sql } {
  return { set: Prisma.raw(`status = '${to}'`), from: Prisma.raw(`'${from}'`) };
}

/** Does the work of `advance`, with loose types: the exact ones cannot be kept by one function for all life cycles. */
async function move(
  db: Db | Tx,
  cycle: Cycle,
  step: {
    where: object;
    to: string;
    from?: string | readonly string[];
    crossing?: readonly string[];
    stay?: boolean;
    data?: object;
  },
): Promise<number> {
  const { where, to, from, crossing, stay, data } = step;
  const { model, column } = cycles[cycle];
  const table: Lifecycle<string> = cycles[cycle].table;
  const ways = waysTo(table, to, crossing);
  const asked = from === undefined ? ways : ways.filter((state) => [from].flat().includes(state));
  const states = stay ? [...asked, to] : asked;
  const rows = db[model] as unknown as { updateMany(args: object): Promise<{ count: number }> };
  const { count } = await rows.updateMany({
    where: { ...where, [column]: states.length === 1 ? states[0] : { in: states } },
    data: { ...data, [column]: to },
  });
  return count;
}
