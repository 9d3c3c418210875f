import { addDays, atTime, dayOf, type Moment } from '../dates';
import { fileAlarm } from './alarm-clock';
import type { Faults } from './wire/faults';
import { NotDelivered, postJson } from './post';
import type { MerchantSettings } from './settings';

/**
 * NP's notices to the shop about its buyers and bills. NP's real notices are not public. ASSUMED: NP posts them as JSON
 * with the shop's own Basic credentials. Amounts are numbers of yen with tax.
 */
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

/**
 * Sends a merchant's notices to the engine, each once and in order, unless a fault that a test has filed changes that. A
 * notice is kept until the engine accepts it.
 */
export class NewsDesk {
  private readonly reported = new Set<string>();
  private queue: Notice[] = [];
  private readonly late = new Map<string, Notice>();
  private heldBack: Notice[] = [];

  constructor(private readonly merchant: { settings: MerchantSettings; faults: Faults }) {}

  /** Queues a notice. `id` names the event: a second notice with the same id is dropped, because its work may run twice. */
  report(id: string, at: Moment, news: News): void {
    const event_id = `np/${this.merchant.settings.shopCode}/${id}`;
    if (this.reported.has(event_id)) return;
    this.reported.add(event_id);
    this.queue.push({ event_id, occurred_at: at, ...news });
  }

  /** Sends the queued notices in order. If one fails, it and the later ones stay for the next call. @throws NotDelivered */
  async deliver(): Promise<void> {
    for (let notice = this.queue[0]; notice; notice = this.queue[0]) {
      // Filing the alarm of a late notice may have failed before. The fault is used up then, but the notice is still late.
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
      this.queue.shift();
    }
  }

  /** Sends the notices that `news_out_of_order` holds back, without waiting for a later notice. */
  async deliverHeldBack(): Promise<void> {
    this.queue.push(...this.heldBack.splice(0));
    await this.deliver();
  }

  /** Sends a notice that the fault `news_late` has delayed by a day. */
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
