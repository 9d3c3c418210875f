import type { Instant, JstDate, Period } from '../../../domain/calendar';
import type { OrderFacts } from '../../contracts/activities';
import type { MessagesFor } from '../../contracts/messages';
import type { Carried } from '../../lib/life';

export type OrderMessage = MessagesFor<'order'>;

/** What a running contract has to remember to decide its next step; absolute dates only, so a new run waits no longer. */
export interface Contract {
  method: OrderFacts['method'];
  endsOn: JstDate | null;
  /** Months the card did not pay, oldest first. */
  arrears: Arrears[];
  replacing: { authenticationRef: string; until: Instant } | null;
  /** The newest month that NP won't take, and finance's last day to decide; kept while suspended for it. */
  risk: { period: Period; until: JstDate } | null;
  suspendedUntil: JstDate | null;
  /** Service has ended; when the charge of its last month is next looked at. */
  lastChargeDue: Instant | null;
  carried?: Carried;
}

/** First declined when, how many retries made. */
export interface Arrears {
  period: Period;
  invoiceId: string;
  declinedOn: JstDate;
  retries: number;
}
