import type { Contract } from '../../../domain/order/contract';
import type { MessagesFor, OrderStart } from '../../contracts/messages';
import type { Carried } from '../../lib/life';

export type OrderMessage = MessagesFor<'order'>;

/** The contract, with the state of its workflow, as one run of the workflow hands it to the next. */
export type CarriedContract = Contract & { carried?: Carried };

export type OrderInput = OrderStart & { contract?: CarriedContract };
