import { keys } from '../contracts/keys';
import type { PeriodStart } from '../contracts/messages';
import { bulk } from '../lib/activities';
import { everyChunk } from '../lib/chunks';
import { Life } from '../lib/life';

/**
 * Opens a month on its 1st: makes the month's billable items of every running subscription, and registers the month of each order
 * with NP (the credit provider NP掛け払い) where NP settles the order.
 */
export async function periodOpen(input: PeriodStart): Promise<void> {
  const life = new Life<never>(input, null);
  const fact = { ...life.fact, period: input.period };
  const { items } = await bulk.openPeriod(fact);
  if (items > 0) {
    await everyChunk(life, keys.incident.monthRegistration(input.period), 'np_month_registration', (after) =>
      life.providers.registerPeriodChunk({ ...fact, after }),
    );
  }
  await life.end();
}
