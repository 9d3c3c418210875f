import { accountBook, accountGateway } from '../activities/account/screening';
import { cardGateway } from '../activities/card/authentication';
import { cardCollection } from '../activities/card/collection';
import { cardBook } from '../activities/card/renewals';
import { clockActivities } from '../activities/store/clock';
import { closeBook } from '../activities/close/book';
import { creditGateway } from '../activities/order/np-credit';
import { debitBook } from '../activities/direct-debit/debit-run';
import type { Deps } from '../activities/lib/deps';
import { directDebitBook, directDebitGateway } from '../activities/direct-debit/mandate';
import { npBillingGateway } from '../activities/close/np/billing';
import { orderBook } from '../activities/order/confirmation';
import { contractBook } from '../activities/order/contract';
import { ownCreditBook } from '../activities/order/own-credit';
import { riskBook } from '../activities/order/risk';
import { periodBook } from '../activities/close/period';
import { restBook } from '../activities/store/rest';
import { storeDayBook } from '../activities/store/store-days';
import type { BookActivities, ClockActivities, GatewayActivities } from '../workflows/contracts/activities';

/** The activities that read and write the database. With `gatewayActivities` they are all that workflows/contracts declares. */
export function bookActivities(deps: Deps): BookActivities & ClockActivities {
  return {
    ...orderBook(deps),
    ...contractBook(deps),
    ...ownCreditBook(deps),
    ...riskBook(deps),
    ...cardBook(deps),
    ...accountBook(deps),
    ...directDebitBook(deps),
    ...closeBook(deps),
    ...periodBook(deps),
    ...debitBook(deps),
    ...restBook(deps),
    ...storeDayBook(deps),
    ...clockActivities(deps),
  };
}

/** The activities that call providers. */
export function gatewayActivities(deps: Deps): GatewayActivities {
  return {
    ...creditGateway(deps),
    ...accountGateway(deps),
    ...cardGateway(deps),
    ...cardCollection(deps),
    ...npBillingGateway(deps),
    ...directDebitGateway(deps),
  };
}
