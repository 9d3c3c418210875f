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

/** The id of a workflow of that type. */
export type WorkflowId<T extends WorkflowType = WorkflowType> = { [K in T]: `${(typeof PREFIXES)[K]}/${string}` }[T];

export const workflowIds = {
  order: (orderId: string): WorkflowId<'order'> => `order/${orderId}`,
  account: (accountId: string): WorkflowId<'account'> => `account/${accountId}`,
  directDebit: (directDebitId: string): WorkflowId<'directDebit'> => `direct-debit/${directDebitId}`,
  monthlyClose: (storeId: string, period: Period): WorkflowId<'monthlyClose'> => `close/${storeId}/${period}`,
  /** @param again tells apart the later runs in which a person has the failed steps of the month repeated */
  cardCollection: (storeId: string, period: Period, again?: string): WorkflowId<'cardCollection'> =>
    `cards/${storeId}/${period}${again ? `/${again}` : ''}`,
  periodOpen: (storeId: string, period: Period, again?: string): WorkflowId<'periodOpen'> =>
    `period/${storeId}/${period}${again ? `/${again}` : ''}`,
  debitRun: (storeId: string, nominal: Period): WorkflowId<'debitRun'> => `debit-run/${storeId}/${nominal}`,
  storeDay: (storeId: string, day: JstDate): WorkflowId<'storeDay'> => `store-day/${storeId}/${day}`,
  /** @param journey counts the advances of the clock, so that a second advance does not join the run that is just ending */
  clock: (storeId: string, journey: number): WorkflowId<'clock'> => `clock/${storeId}/${journey}`,
};

/** The id of a real store's daily Schedule. Temporal adds the time to it, which gives the id of each workflow it starts. */
export const storeDayScheduleId = (storeId: string): WorkflowId<'storeDay'> => `store-day/${storeId}`;

/** Reads a workflow id: its workflow type, and the parts after the prefix. @throws RangeError for an id not built here */
export function parseWorkflowId(id: string): { type: WorkflowType; parts: string[] } {
  const [prefix, ...parts] = id.split('/');
  const type = (Object.keys(PREFIXES) as WorkflowType[]).find((t) => PREFIXES[t] === prefix);
  if (!type || parts.length === 0) throw new RangeError(`not a workflow id of shimebi: ${id}`);
  return { type, parts };
}

/** Types a workflow id that was read from the database. @throws RangeError for an id not built here */
export function workflowIdOf(id: string): WorkflowId {
  parseWorkflowId(id);
  return id as WorkflowId;
}
