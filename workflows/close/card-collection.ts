import { keys } from '../contracts/keys';
import type { PeriodStart } from '../contracts/messages';
import { book } from '../lib/activities';
import { everyChunk } from '../lib/chunks';
import { Life } from '../lib/life';

/**
 * The closed month's card receipts, started once its drafts are made. Beside the close, not within it: while SBPS is down, or an
 * order waits for a person, the bills by transfer still reach NP before its cutoff.
 */
export async function cardCollection(input: PeriodStart): Promise<void> {
  const life = new Life<never>(input, null);
  const leftOut = await everyChunk(
    life,
    keys.incident.month('card_collection', input.period),
    'card_collection',
    (after) => life.providers.chargeChunk({ ...life.fact, period: input.period, after }),
  );
  if (leftOut > 0) await book.tellUncharged({ ...life.fact, period: input.period });
  await life.end();
}
