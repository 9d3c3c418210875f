import { keys } from '../contracts/keys';
import type { PeriodStart } from '../contracts/messages';
import { book } from '../lib/activities';
import { everyChunk } from '../lib/chunks';
import { Life } from '../lib/life';

/**
 * Collects the month's card payments and issues their receipts. It starts once the drafts are made. It is a workflow beside the
 * monthly close, so that the close does not wait while SBPS (the card gateway) is down or a failed charge needs a person's
 * decision. The close must request the bills of NP (the credit provider NP掛け払い) before NP's cutoff.
 */
export async function cardCollection(input: PeriodStart): Promise<void> {
  const life = new Life<never>(input, null);
  const skipped = await everyChunk(
    life,
    keys.incident.month('card_collection', input.period),
    'card_collection',
    (after) => life.providers.chargeChunk({ ...life.fact, period: input.period, after }),
  );
  if (skipped > 0) await book.tellUncharged({ ...life.fact, period: input.period });
  await life.end();
}
