import { puzzled } from '../../books/direct-debit/incidents';
import { parsePeriod } from '../../domain/calendar';
import type { DebitRun } from '../../generated/prisma/client';
import type { Tx } from '../../prisma/db';
import { workflowIds } from '../../workflows/contracts/ids';
import { keys } from '../../workflows/contracts/keys';
import { giveCommand } from '../lib/commands';
import type { WriteContext } from '../lib/route';

/** A message of 500 results is about 40 kB, far from the 2 MB that Temporal takes. */
const RESULTS_A_MESSAGE = 500;

/**
 * Gives the run what it still waits for. What is booked stays as it is: told the same again it is nothing new, told otherwise
 * it is for finance to look at, also when the run has long ended.
 * @returns the last message, or null when there is nothing to tell
 */
export async function giveResults(
  tx: Tx,
  context: WriteContext,
  run: DebitRun,
  results: readonly { key: string; code: string }[],
): Promise<string | null> {
  const { storeId } = run;
  const nominal = parsePeriod(run.nominal)!;
  const booked = await tx.debit.findMany({
    where: { storeId, nominal, status: { not: 'requested' } },
    select: { key: true, code: true },
  });
  const codes = new Map(booked.map((debit) => [debit.key, debit.code]));
  for (const { key, code } of results)
    if (codes.has(key) && codes.get(key) !== code)
      await puzzled(tx, { storeId, nominal, at: context.at }, 'debit_result_differs', key, code);
  const open = results.filter(({ key }) => !codes.has(key));
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
