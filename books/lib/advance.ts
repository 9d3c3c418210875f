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
 * The only place that writes the next state of a row that has a life cycle. A move that the table does not have neither compiles
 * nor finds a row. A new row starts in its table's initial state, or in another that its writer explains.
 */

/** Each life cycle with the model and the column that hold the state. */
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
/** States that some other state leads to. */
export type Reached<C extends Cycle> = Moves<Table<C>>[1] & string;
type From<C extends Cycle, To extends string> = WaysTo<Table<C>, To>;
type Args<C extends Cycle> = Prisma.TypeMap['model'][Capitalize<
  (typeof cycles)[C]['model']
>]['operations']['updateMany']['args'];

interface Step<C extends Cycle, To extends Reached<C>> {
  to: To;
  /** Only rows in these states move. By default, rows in every state that leads to `to`. */
  from?: From<C, To> | readonly From<C, To>[];
  /** States that a row may pass within one transaction, without resting in them. */
  crossing?: readonly StateOf<C>[];
  /** Rows that are in `to` already are written and counted too. */
  stay?: boolean;
  /** Other columns to write with the state. */
  data?: Omit<Args<C>['data'], (typeof cycles)[C]['column']>;
}

/** Moves the rows that the life cycle allows to go to `to`. @returns how many moved */
export function advance<C extends Cycle, const To extends Reached<C>>(
  db: Db | Tx,
  cycle: C,
  step: Step<C, To> & { where: Omit<NonNullable<Args<C>['where']>, (typeof cycles)[C]['column']> },
): Promise<number> {
  return move(db, cycle, step);
}

/** Moves one row. @throws Conflict when its state does not lead to `to`, or when there is no such row */
export async function advanceOne<
  C extends 'directDebit' | 'invoice' | 'order' | 'subscription',
  const To extends Reached<C>,
>(db: Db | Tx, cycle: C, step: Step<C, To> & { where: { storeId: string; id: string } }): Promise<void> {
  const moved = await move(db, cycle, step);
  if (moved === 0) throw new Conflict(`${cycle} ${step.where.id} can't go to ${step.to} from where it is`);
}

/**
 * A move for a statement in SQL, which names both ends: `UPDATE … SET ${set} WHERE … status = ${from}`. The types check the pair.
 */
export function moving<C extends Exclude<Cycle, 'buyerScreening'>, const To extends Reached<C>>(
  _cycle: C,
  from: From<C, To>,
  to: To,
): { set: Prisma.Sql; from: Prisma.Sql } {
  return { set: Prisma.raw(`status = '${to}'`), from: Prisma.raw(`'${from}'`) };
}

/** `advance` without its types, which a function for all life cycles cannot keep. */
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
