import { type EventType, eventTypes } from '../../workflows/contracts/events';
import type { World } from './world';

/** An event of GET /v1/events; beside these, the members of its type. */
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

type Told = StoryEvent & { seq: number; at: string; id: string; account_id: string };

/** Reads a store's events as they come, each once, in business order: ties by time, then account. */
export class EventReader {
  private after = '0';

  constructor(private readonly world: World) {}

  async fresh(): Promise<StoryEvent[]> {
    const told: Told[] = [];
    for (let more = true; more;) {
      const page = await this.world
        .as('auditor')
        .get<{ data: Told[]; has_more: boolean; next: string }>(`/v1/events?limit=100&after=${this.after}`);
      told.push(...page.data);
      this.after = page.next;
      more = page.has_more;
    }
    return told.sort((a, b) => comparePlaces(placeOf(a), placeOf(b)) || a.seq - b.seq).map(ofTheStory);
  }
}

/** Date, instant, account; then what happens at one instant in the order of an order's life, mails by template. */
function placeOf(e: Told): string[] {
  const rank = String(eventTypes.indexOf(e.event as EventType)).padStart(2, '0');
  return [e.on, e.at, e.account, rank, e.event === 'mail.sent' ? String(e['template']) : ''];
}

function comparePlaces(a: string[], b: string[]): number {
  const i = a.findIndex((part, at) => part !== b[at]);
  return i < 0 ? 0 : a[i]! < b[i]! ? -1 : 1;
}

/** What a reader of the story is told; where it stands in the feed is not part of it. */
function ofTheStory({ seq: _seq, at: _at, id: _id, account_id: _accountId, ...event }: Told): StoryEvent {
  return event;
}
