import { type ReportedResult, resultsToBook } from '../../books/direct-debit/reported-results';
import type { Period } from '../../domain/calendar';
import type { Tx } from '../../prisma/db';
import { workflowIds } from '../../workflows/contracts/ids';
import { keys } from '../../workflows/contracts/keys';
import { giveCommand } from '../lib/commands';
import type { WriteContext } from '../lib/route';

/** The most results in one message. 500 results are about 40 kB, far below the 2 MB that Temporal accepts. */
const RESULTS_A_MESSAGE = 500;

/**
 * Sends the workflow of a debit day those results that it still waits for.
 * @param nominal the month of the debit day
 * @returns the id of the last message, or null if there is nothing to send
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
