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
    // Mails go out beside what else happens at the same instant; they are told after it.
    const place = (e: Told) =>
      [e.on, e.at, e.account, e.event === 'mail.sent' ? `~ ${String(e['template'])}` : ''].join(' ');
    return told.sort((a, b) => (place(a) < place(b) ? -1 : place(a) > place(b) ? 1 : a.seq - b.seq)).map(ofTheStory);
  }
}

/** What a reader of the story is told; where it stands in the feed is not part of it. */
function ofTheStory({ seq: _seq, at: _at, id: _id, account_id: _accountId, ...event }: Told): StoryEvent {
  return event;
}
