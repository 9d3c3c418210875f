import { type EventType, eventTypes } from '../../workflows/contracts/events';
import type { World } from './world';

/** One event as GET /v1/events answers it. Members beyond these depend on the event's type. */
export interface StoryEvent {
  on: string;
  event: string;
  account: string;
  order?: string;
  invoice?: string;
  amount?: number;
  period?: string;
  [member: string]: unknown;
}

type FeedEvent = StoryEvent & { seq: number; at: string; id: string; account_id: string };

/** Reads a store's events, each once, in business order: by date, then time, then account. */
export class EventReader {
  private after = '0';

  constructor(private readonly world: World) {}

  /** The events since the last call. */
  async fresh(): Promise<StoryEvent[]> {
    const events: FeedEvent[] = [];
    for (let more = true; more;) {
      const page = await this.world
        .as('auditor')
        .get<{ data: FeedEvent[]; has_more: boolean; next: string }>(`/v1/events?limit=100&after=${this.after}`);
      events.push(...page.data);
      this.after = page.next;
      more = page.has_more;
    }
    return events.sort((a, b) => comparePlaces(placeOf(a), placeOf(b)) || a.seq - b.seq).map(withoutFeedMembers);
  }
}

/** The sort key of an event: date, instant, account, then the type in the order of `eventTypes`, then a mail's template. */
function placeOf(e: FeedEvent): string[] {
  const rank = String(eventTypes.indexOf(e.event as EventType)).padStart(2, '0');
  return [e.on, e.at, e.account, rank, e.event === 'mail.sent' ? String(e['template']) : ''];
}

function comparePlaces(a: string[], b: string[]): number {
  const i = a.findIndex((part, at) => part !== b[at]);
  return i < 0 ? 0 : a[i]! < b[i]! ? -1 : 1;
}

/** Leaves out the members that only say where the event stands in the feed. */
function withoutFeedMembers({ seq: _seq, at: _at, id: _id, account_id: _accountId, ...event }: FeedEvent): StoryEvent {
  return event;
}
