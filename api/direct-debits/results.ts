import { type ReportedResult, resultsToBook } from '../../books/direct-debit/reported-results';
import type { Period } from '../../domain/calendar';
import type { Tx } from '../../prisma/db';
import { workflowIds } from '../../workflows/contracts/ids';
import { keys } from '../../workflows/contracts/keys';
import { giveCommand } from '../lib/commands';
import type { WriteContext } from '../lib/route';

/**
 * The most results in one message. A bank's file can have up to 80,000 (about 6 MB), but Temporal accepts 2 MB a message. 500
 * results are about 40 kB.
 */
const RESULTS_A_MESSAGE = 500;

/**
 * Sends the results of a debit day to its workflow. Results of debits whose result is booked already are left out.
 * @param nominal the month in which the debit day is planned: its 27th, or the next bank business day
 * @returns the id of the last message, which is processed after the others; null if there is nothing to send
 */
export async function giveResults(
  tx: Tx,
  context: WriteContext,
  nominal: Period,
  results: readonly ReportedResult[],
): Promise<string | null> {
  const storeId = context.store.id;
  const open = await resultsToBook(tx, { storeId, nominal, at: context.at }, results);
  let message: string | null = null;
  for (let from = 0; from < open.length; from += RESULTS_A_MESSAGE)
    message = await giveCommand(tx, context, {
      to: workflowIds.debitRun(storeId, nominal),
      name: 'importResults',
      target: keys.audited.debitRun(nominal),
      payload: { results: open.slice(from, from + RESULTS_A_MESSAGE) },
    });
  return message;
}
