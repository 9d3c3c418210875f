import type { Instant, Period } from '../../domain/calendar';
import { type Checked, type Refusal, ok, refuseAll } from '../../domain/refusal';
import type { Tx } from '../../prisma/db';
import { puzzled } from './incidents';

/* Results of a debit day as the bank reports them, before its run books them. */

/** A debit day of a store. */
interface Day {
  storeId: string;
  nominal: Period;
}

/** The bank's code for one debit. */
export interface ReportedResult {
  key: string;
  code: string;
}

/** A result that names its debit by its key, or by the number of its invoice. */
export type NamedResult = { code: string } & ({ key: string } | { invoiceNumber: string });

/** Finds the debit of each result. @returns refused unknown_debit for each that is not of this day */
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
        { key: { in: results.flatMap((given) => ('key' in given ? [given.key] : [])) } },
        { invoice: { number: { in: results.flatMap((given) => ('key' in given ? [] : [given.invoiceNumber])) } } },
      ],
    },
    include: { invoice: { select: { number: true } } },
  });
  const found: ReportedResult[] = [];
  const unknown: Refusal[] = [];
  for (const [i, given] of results.entries()) {
    const debit = debits.find((known) =>
      'key' in given ? known.key === given.key : known.invoice.number === given.invoiceNumber,
    );
    if (debit) found.push({ key: debit.key, code: given.code });
    else unknown.push({ code: 'unknown_debit', field: ['results', i, 'key' in given ? 'key' : 'invoiceNumber'] });
  }
  return unknown.length > 0 ? refuseAll(...unknown) : ok(found);
}

/** Finds the debit of each code of a result file. @param codes in the order of the request's records */
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
 * Chooses the results that the run still waits for. A booked result stays as it is. The same result again is nothing new; a
 * different one is an incident for finance, also when the run ended long ago.
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
      await puzzled(tx, { storeId, nominal, at }, 'debit_result_differs', key, code);
  return results.filter(({ key }) => !codes.has(key));
}
