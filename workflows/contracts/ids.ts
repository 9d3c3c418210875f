import type { JstDate, Period } from '../../domain/calendar';

/*
 * Every workflow id is built and read here, nowhere else. The type of an id names its workflow, so the compiler refuses a message
 * to a workflow that does not receive it.
 */

const PREFIXES = {
  order: 'order',
  account: 'account',
  directDebit: 'direct-debit',
  monthlyClose: 'close',
  cardCollection: 'cards',
  periodOpen: 'period',
  debitRun: 'debit-run',
  storeDay: 'store-day',
  clock: 'clock',
} as const;

export type WorkflowType = keyof typeof PREFIXES;

/** The type of the ids of type T's workflows: an order's workflow has the id `order/…`. */
export type WorkflowId<T extends WorkflowType = WorkflowType> = { [K in T]: `${(typeof PREFIXES)[K]}/${string}` }[T];

export const workflowIds = {
  order: (orderId: string): WorkflowId<'order'> => `order/${orderId}`,
  account: (accountId: string): WorkflowId<'account'> => `account/${accountId}`,
  directDebit: (directDebitId: string): WorkflowId<'directDebit'> => `direct-debit/${directDebitId}`,
  monthlyClose: (storeId: string, period: Period): WorkflowId<'monthlyClose'> => `close/${storeId}/${period}`,
  /** @param again set for a run in which staff repeat the month's failed steps: the instant of their request */
  cardCollection: (storeId: string, period: Period, again?: string): WorkflowId<'cardCollection'> =>
    `cards/${storeId}/${period}${again ? `/${again}` : ''}`,
  periodOpen: (storeId: string, period: Period, again?: string): WorkflowId<'periodOpen'> =>
    `period/${storeId}/${period}${again ? `/${again}` : ''}`,
  debitRun: (storeId: string, nominal: Period): WorkflowId<'debitRun'> => `debit-run/${storeId}/${nominal}`,
  storeDay: (storeId: string, day: JstDate): WorkflowId<'storeDay'> => `store-day/${storeId}/${day}`,
  /**
   * @param journey number of the clock's advance. Each advance has another id, so that Temporal does not take its start for a
   * duplicate of the previous run, which may be just ending.
   */
  clock: (storeId: string, journey: number): WorkflowId<'clock'> => `clock/${storeId}/${journey}`,
};

/** The id of a real store's daily Schedule. Each workflow that the Schedule starts has this id with the time appended. */
export const storeDayScheduleId = (storeId: string): WorkflowId<'storeDay'> => `store-day/${storeId}`;

/** Splits a workflow id into its workflow type and the parts after the prefix. @throws RangeError for an id not built here */
export function parseWorkflowId(id: string): { type: WorkflowType; parts: string[] } {
  const [prefix, ...parts] = id.split('/');
  const type = (Object.keys(PREFIXES) as WorkflowType[]).find((t) => PREFIXES[t] === prefix);
  if (!type || parts.length === 0) throw new RangeError(`not a workflow id of shimebi: ${id}`);
  return { type, parts };
}

/** Gives a string from the database the type of a workflow id. @throws RangeError for an id not built here */
export function workflowIdOf(id: string): WorkflowId {
  parseWorkflowId(id);
  return id as WorkflowId;
}
