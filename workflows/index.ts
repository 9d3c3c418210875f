/** The entry of the workflow bundle: it exports every workflow type that a worker can run. */
export { account } from './account/workflow';
export { cardCollection } from './close/card-collection';
export { clock } from './clock/workflow';
export { debitRun } from './debit-run/workflow';
export { monthlyClose } from './close/workflow';
export { periodOpen } from './close/period-open';
export { directDebit } from './direct-debit/workflow';
export { order } from './order/workflow';
export { storeDay } from './store-day/workflow';
