import type { StoryEvent } from '../../dev/story/events';

const NAMED = { ord_: 'order', inv_: 'invoice', ddb_: 'direct-debit', sub_: 'subscription' };

/**
 * Replaces ids with names that are the same in every run, also inside paths: `aoba/order-1` is aoba's first order in the events.
 */
export function withNames(events: readonly StoryEvent[]): StoryEvent[] {
  const names = new Map<string, string>();
  const counts = new Map<string, number>();
  const nameOf = (id: string, account: string): string => {
    const known = names.get(id);
    if (known) return known;
    const kind = NAMED[id.slice(0, 4) as keyof typeof NAMED];
    const series = `${account}/${kind}`;
    const name = `${series}-${(counts.get(series) ?? 0) + 1}`;
    counts.set(series, (counts.get(series) ?? 0) + 1);
    names.set(id, name);
    return name;
  };
  return events.map((event) => {
    const text = JSON.stringify(event).replace(/\b(?:ord|inv|ddb|sub)_\w+/g, (id) => nameOf(id, event.account));
    return JSON.parse(text) as StoryEvent;
  });
}
