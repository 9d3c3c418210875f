import type { JstDate, Period } from '../../../domain/calendar';
import type { Contract } from '../../../domain/order/contract';
import type { RiskDecision } from '../../../domain/order/risk';
import type { BuyerResult } from '../../../domain/account/screening';
import type { Command, Message, OrderStart } from '../../contracts/messages';
import type { Carried } from '../../lib/life';

export type OrderMessage =
  | ({ kind: 'buyerDecided'; destinationId: string; result: BuyerResult } & Message)
  | ({ kind: 'cardReturned'; authenticationRef: string; result: 'ok' | 'ng' } & Message)
  | ({ kind: 'chargeDeclined'; period: Period; invoiceId: string; declinedOn: JstDate } & Message)
  | ({ kind: 'atRisk'; period: Period; reason: string } & Message)
  | ({ kind: 'cancel'; lines: string[] | 'all' } & Command)
  | ({ kind: 'release' } & Command)
  | ({ kind: 'decideRisk'; decision: RiskDecision } & Command)
  | ({ kind: 'serviceStarted'; on: JstDate } & Command)
  | ({ kind: 'replaceCard'; authenticationRef: string } & Command);

/** The contract as one run of the workflow hands it to the next. */
export type CarriedContract = Contract & { carried?: Carried };

export type OrderInput = OrderStart & { contract?: CarriedContract };
