import type { JstDate, Period } from '../../domain/calendar';

/*
 * Every id of a workflow and every business key of an effect is built here, nowhere else. Keys survive retries, replays,
 * continue-as-new and restored databases, so that "the same effect" is recognised wherever it comes from.
 */

export const workflowIds = {
  order: (orderId: string) => `order/${orderId}`,
  account: (accountId: string) => `account/${accountId}`,
  directDebit: (directDebitId: string) => `direct-debit/${directDebitId}`,
  monthlyClose: (storeId: string, period: Period) => `close/${storeId}/${period}`,
  /** `again`: what a person asked for anew of what the month's own run could not do. */
  cardCollection: (storeId: string, period: Period, again?: string) =>
    `cards/${storeId}/${period}${again ? `/${again}` : ''}`,
  periodOpen: (storeId: string, period: Period, again?: string) =>
    `period/${storeId}/${period}${again ? `/${again}` : ''}`,
  debitRun: (storeId: string, nominal: Period) => `debit-run/${storeId}/${nominal}`,
  storeDay: (storeId: string, day: JstDate) => `store-day/${storeId}/${day}`,
  /** One per journey: a second advance never joins the run that is just ending. */
  clock: (storeId: string, journey: number) => `clock/${storeId}/${journey}`,
} as const;

export type WorkflowType = keyof typeof workflowIds;

const PREFIXES: Record<WorkflowType, string> = {
  order: 'order',
  account: 'account',
  directDebit: 'direct-debit',
  monthlyClose: 'close',
  cardCollection: 'cards',
  periodOpen: 'period',
  debitRun: 'debit-run',
  storeDay: 'store-day',
  clock: 'clock',
};

/** The inverse: which workflow type an id belongs to and the id's parts. @throws RangeError for an id not made here. */
export function parseWorkflowId(id: string): { type: WorkflowType; parts: string[] } {
  const [prefix, ...parts] = id.split('/');
  const type = (Object.keys(PREFIXES) as WorkflowType[]).find((t) => PREFIXES[t] === prefix);
  if (!type || parts.length === 0) throw new RangeError(`not a workflow id of shimebi: ${id}`);
  return { type, parts };
}

export const keys = {
  npTransaction: (orderId: string, period: Period, n: number) => `np-txn/${orderId}/${period}/${n}`,
  cardAuthorisation: (orderId: string, period: Period, n: number) => `card-auth/${orderId}/${period}/${n}`,
  cardSaving: (authenticationRef: string) => `card-save/${authenticationRef}`,
  /** By the month of service, whichever month bills it. */
  billableItem: (subscriptionId: string, usage: Period) => `${subscriptionId}/${usage}`,
  invoice: (destinationId: string, period: Period, settlement: string, ref: string) =>
    `inv_${destinationId.replace(/^dst_/, '')}_${period.replace('-', '')}_${settlement}${ref && `_${ref.replace(/^ord_/, '')}`}`,
  debit: (invoiceId: string, n: number) => `debit/${invoiceId}/${n}`,
  mail: (event: string, template: string, n = 1) => `mail/${event}/${template}/${n}`,
} as const;

/** NP's 加盟店取引ID (≤ 40) and SBPS's order_id (≤ 38): the key's parts without its prefix, `ord_….202610.1`. */
export function providerReference(orderId: string, period: Period, n: number): string {
  return `${orderId}.${period.replace('-', '')}.${n}`;
}

/** SBPS's order_id (≤ 38) of the authorisation by which a replaced card is kept: `ca_….save`. */
export function savingReference(authenticationRef: string): string {
  return `${authenticationRef}.save`;
}
