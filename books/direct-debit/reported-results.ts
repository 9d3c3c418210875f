import type { Instant, Period } from '../../domain/calendar';
import { type Checked, type Refusal, ok, refuseAll } from '../../domain/refusal';
import type { Tx } from '../../prisma/db';
import { openDebitIncident } from './incidents';

/* Matches the results that the bank reports for a debit day with its debits. The workflow of that day (debitRun) books them. */

/** A debit day of a store, named by its month: it is the 27th of that month, or the next business day. */
interface Day {
  storeId: string;
  nominal: Period;
}

/** The bank's result code for the debit with this key. */
export interface ReportedResult {
  key: string;
  code: string;
}

/** A result code whose debit is named by its key or by the number of its invoice. */
export type NamedResult = { code: string } & ({ key: string } | { invoiceNumber: string });

/** Finds the debit of each result. @returns refused unknown_debit for each result without a debit on this day */
export async function resultsByName(
  tx: Tx,
  { storeId, nominal }: Day,
  results: readonly NamedResult[],
): Promise<Checked<ReportedResult[]>> {
  const debits = await tx.debit.findMany({
    where: {
      storeId,
      nominal,
      OR: [
        { key: { in: results.flatMap((result) => ('key' in result ? [result.key] : [])) } },
        { invoice: { number: { in: results.flatMap((result) => ('key' in result ? [] : [result.invoiceNumber])) } } },
      ],
    },
    include: { invoice: { select: { number: true } } },
  });
  const matched: ReportedResult[] = [];
  const unknown: Refusal[] = [];
  for (const [i, result] of results.entries()) {
    const debit = debits.find((each) =>
      'key' in result ? each.key === result.key : each.invoice.number === result.invoiceNumber,
    );
    if (debit) matched.push({ key: debit.key, code: result.code });
    else unknown.push({ code: 'unknown_debit', field: ['results', i, 'key' in result ? 'key' : 'invoiceNumber'] });
  }
  return unknown.length > 0 ? refuseAll(...unknown) : ok(matched);
}

/** Finds the debit of each code in a result file. @param codes one for each record of the request file, in their order */
export async function resultsByRecord(
  tx: Tx,
  { storeId, nominal }: Day,
  codes: readonly string[],
): Promise<ReportedResult[]> {
  const debits = await tx.debit.findMany({
    where: { storeId, nominal, recordNo: { not: null } },
    orderBy: { recordNo: 'asc' },
    select: { key: true },
  });
  return debits.map(({ key }, i) => ({ key, code: codes[i]! }));
}

/**
 * Chooses the results of debits that have no booked result yet. A booked result stays unchanged: the same result again has no
 * effect, and a different one opens an incident for finance, even if the debit run ended long ago.
 */
export async function resultsToBook(
  tx: Tx,
  { storeId, nominal, at }: Day & { at: Instant },
  results: readonly ReportedResult[],
): Promise<ReportedResult[]> {
  const booked = await tx.debit.findMany({
    where: { storeId, nominal, status: { not: 'requested' } },
    select: { key: true, code: true },
  });
  const codes = new Map(booked.map((debit) => [debit.key, debit.code]));
  for (const { key, code } of results)
    if (codes.has(key) && codes.get(key) !== code)
      await openDebitIncident(tx, { storeId, nominal, at }, 'debit_result_differs', key, code);
  return results.filter(({ key }) => !codes.has(key));
}
