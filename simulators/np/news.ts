import { addDays, atTime, dayOf, type Moment } from '../dates';
import { fileAlarm } from './alarm-clock';
import type { Faults } from './faults';
import { NotDelivered, postJson } from './post';
import type { MerchantSettings } from './settings';

/** ASSUMED: NP's notices to the shop, as JSON over HTTP with the shop's own Basic credentials. Yen with tax, as numbers. */
export type News =
  | {
      type: 'buyer.screened';
      data: { buyer_id: string; reference: string; result: string; reasons: string[]; limit: number | null };
    }
  | { type: 'guarantee.changed'; data: { buyer_id: string; status: string } }
  | { type: 'bills.issued'; data: { close_on: string; count: number } }
  | { type: 'bill.paid'; data: { bill_number: string; buyer_id: string; amount: number; paid_on: string } }
  | {
      type: 'debit.result';
      data: { bill_number: string; buyer_id: string; debit_on: string; code: number; amount: number };
    };

export type Notice = News & { event_id: string; occurred_at: Moment };

/** A merchant's news: each told once, in order, unless a fault says otherwise, and kept until the engine has taken it. */
export class NewsDesk {
  private readonly known = new Set<string>();
  private waiting: Notice[] = [];
  private readonly late = new Map<string, Notice>();
  private heldBack: Notice[] = [];

  constructor(private readonly merchant: { settings: MerchantSettings; faults: Faults }) {}

  /** `id` says what happened, so that work done twice tells it once. */
  tell(id: string, at: Moment, news: News): void {
    const event_id = `np/${this.merchant.settings.shopCode}/${id}`;
    if (this.known.has(event_id)) return;
    this.known.add(event_id);
    this.waiting.push({ event_id, occurred_at: at, ...news });
  }

  /** @throws NotDelivered; what is left is delivered by the next call */
  async deliver(): Promise<void> {
    for (let notice = this.waiting[0]; notice; notice = this.waiting[0]) {
      // Late once is late, also when its alarm could not be filed at the first try.
      const fault = this.late.has(notice.event_id) ? 'news_late' : this.merchant.faults.takeForNews(notice.type);
      if (fault === 'news_late') {
        this.late.set(notice.event_id, notice);
        const { event_id, occurred_at: at } = notice;
        await fileAlarm(this.merchant, 'late-news', event_id, atTime(addDays(dayOf(at), 1), at.slice(11, 16)), {
          event_id,
        });
      } else if (fault === 'news_out_of_order') {
        this.heldBack.push(notice);
      } else {
        await this.send(notice);
        if (fault === 'news_twice') await this.send(notice);
        for (let held = this.heldBack[0]; held; held = this.heldBack[0]) {
          await this.send(held);
          this.heldBack.shift();
        }
      }
      this.waiting.shift();
    }
  }

  /** What was to come after a notice that never followed is told now. */
  async deliverHeldBack(): Promise<void> {
    this.waiting.push(...this.heldBack.splice(0));
    await this.deliver();
  }

  /** The day after, for a notice that a fault made late. */
  async deliverLate(eventId: string): Promise<void> {
    const notice = this.late.get(eventId);
    if (!notice) return;
    await this.send(notice);
    this.late.delete(eventId);
  }

  private async send(notice: Notice): Promise<void> {
    const { newsUrl, shopCode, spCode } = this.merchant.settings;
    const authorization = `Basic ${Buffer.from(`${shopCode}:${spCode}`).toString('base64')}`;
    const status = await postJson(newsUrl, { authorization }, notice);
    if (status >= 300) throw new NotDelivered(`${newsUrl}: HTTP ${status} to ${notice.event_id}`);
  }
}
