import type { JstDate, Period } from '../../domain/calendar';

/*
 * Every workflow id is built and read here, nowhere else. An id is typed by its workflow, so a message can only be sent to a
 * workflow that receives it.
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

/** The id of a workflow of that type. */
export type WorkflowId<T extends WorkflowType = WorkflowType> = { [K in T]: `${(typeof PREFIXES)[K]}/${string}` }[T];

export const workflowIds = {
  order: (orderId: string): WorkflowId<'order'> => `order/${orderId}`,
  account: (accountId: string): WorkflowId<'account'> => `account/${accountId}`,
  directDebit: (directDebitId: string): WorkflowId<'directDebit'> => `direct-debit/${directDebitId}`,
  monthlyClose: (storeId: string, period: Period): WorkflowId<'monthlyClose'> => `close/${storeId}/${period}`,
  /** `again`: a person asked to repeat the steps that failed in the month's own run. */
  cardCollection: (storeId: string, period: Period, again?: string): WorkflowId<'cardCollection'> =>
    `cards/${storeId}/${period}${again ? `/${again}` : ''}`,
  periodOpen: (storeId: string, period: Period, again?: string): WorkflowId<'periodOpen'> =>
    `period/${storeId}/${period}${again ? `/${again}` : ''}`,
  debitRun: (storeId: string, nominal: Period): WorkflowId<'debitRun'> => `debit-run/${storeId}/${nominal}`,
  storeDay: (storeId: string, day: JstDate): WorkflowId<'storeDay'> => `store-day/${storeId}/${day}`,
  /** One per journey: a second advance never joins the run that is just ending. */
  clock: (storeId: string, journey: number): WorkflowId<'clock'> => `clock/${storeId}/${journey}`,
};

/** Id of a real store's daily schedule; Temporal adds the time to it for the id of each run. */
export const storeDayScheduleId = (storeId: string): WorkflowId<'storeDay'> => `store-day/${storeId}`;

/** The inverse: the workflow type an id belongs to and the id's parts. @throws RangeError for an id not built here */
export function parseWorkflowId(id: string): { type: WorkflowType; parts: string[] } {
  const [prefix, ...parts] = id.split('/');
  const type = (Object.keys(PREFIXES) as WorkflowType[]).find((t) => PREFIXES[t] === prefix);
  if (!type || parts.length === 0) throw new RangeError(`not a workflow id of shimebi: ${id}`);
  return { type, parts };
}

/** A workflow id as a table keeps it. @throws RangeError for an id not built here */
export function workflowIdOf(id: string): WorkflowId {
  parseWorkflowId(id);
  return id as WorkflowId;
}
