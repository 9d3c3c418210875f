import { jstDate, weekdayJa } from '../../domain/calendar';
import { formatYen, yen } from '../../domain/money';
import type { StoryEvent } from './events';

const dim = (text: string, on: boolean) => (on ? `\u001b[2m${text}\u001b[0m` : text);
const bold = (text: string, on: boolean) => (on ? `\u001b[1m${text}\u001b[0m` : text);

/** Prints the story for a person: a heading for each day, each action, and the events that follow from it. */
export class Timeline {
  private day = '';

  constructor(
    private readonly write: (line: string) => void,
    private readonly colours: boolean,
    private readonly apiUrl: string,
  ) {}

  action(at: string, title: string): void {
    this.heading(at.slice(0, 10));
    this.write(`  ${at.slice(11, 16)}  ▸ ${bold(title, this.colours)}`);
  }

  event(event: StoryEvent): void {
    this.heading(event.on);
    const { event: type, account, amount, period } = event;
    const money = amount === undefined ? '' : `${formatYen(yen(amount))}（税込）`;
    const facts = [period && `${period}分`, money, ...this.details(event)].filter(Boolean).join('  ');
    this.write(`           ${type.padEnd(26)} ${account.padEnd(7)} ${dim(facts, this.colours)}`);
  }

  private heading(day: string): void {
    if (day === this.day) return;
    this.day = day;
    this.write(`\n${bold(`${day}（${weekdayJa(jstDate(day))}）`, this.colours)}`);
  }

  private details({
    on: _on,
    event: _event,
    account: _account,
    order: _order,
    amount: _amount,
    period: _period,
    ...event
  }: StoryEvent): string[] {
    const { invoice, document, ...rest } = event;
    const texts = Object.entries(rest).map(
      ([member, value]) => `${member} ${Array.isArray(value) ? value.join(', ') : String(value)}`,
    );
    const path = document ?? (invoice && 'number' in rest ? `/v1/invoices/${invoice}/document` : undefined);
    if (path) texts.push(`→ ${this.apiUrl}${String(path)}`);
    return texts;
  }
}
