import fc from 'fast-check';
import { draftSteps, invoiceId } from '../../../activities/close/draft';
import { periodBook } from '../../../activities/close/period';
import { ratesOn, taxOf } from '../../../books/lib/sql';
import { addDays, instant, jstDate, period, periodEnd } from '../../../domain/calendar';
import { methodOfPeriod } from '../../../domain/direct-debit/rules';
import { type Yen, yen } from '../../../domain/money';
import {
  type RateClass,
  type Rounding,
  grossOf,
  rateClasses,
  rateOn,
  taxOnNet,
  taxWithinGross,
} from '../../../domain/tax';
import { type Db, sql } from '../../../prisma/db';
import { keys } from '../../../workflows/contracts/keys';
import { runs } from '../../support/property-runs';
import { TestStore, openTestDb } from './store';

const OCTOBER = period('2026-10');
const ON = periodEnd(OCTOBER);
const at = instant('2026-11-01T00:05:00+09:00');
const roundings = ['floor', 'round', 'ceil'] as const satisfies readonly Rounding[];

let db: Db;
beforeAll(() => {
  db = openTestDb();
});
afterAll(() => db.$disconnect());

/** Computes the tax of many amounts in one query. */
async function taxInSql(amounts: readonly number[], rateClass: RateClass, within: boolean, rounding: Rounding) {
  const base = within ? sql`100 + rates.rate` : sql`100`;
  const rows = await db.$queryRaw<{ tax: bigint }[]>(sql`
    SELECT ${taxOf(sql`a.amount`, sql`rates.rate`, base, rounding)} AS tax
      FROM unnest(${amounts.map(BigInt)}::bigint[]) WITH ORDINALITY AS a (amount, place)
      JOIN ${ratesOn(ON)} ON rates.rate_class = ${rateClass} ORDER BY a.place`);
  return rows.map((row) => Number(row.tax));
}

/** Charges, credits and totals up to 10^15 yen, with many small amounts, where rounding matters most. */
const amounts = fc.array(
  fc.oneof(fc.integer({ min: -1_000, max: 1_000 }), fc.integer({ min: -(10 ** 15), max: 10 ** 15 })),
  { minLength: 1, maxLength: 200 },
);

describe.each(roundings)('SQL and domain compute the same tax, rounding %s', (rounding) => {
  test('on an amount without tax', async () => {
    await fc.assert(
      fc.asyncProperty(amounts, fc.constantFrom(...rateClasses), async (list, rateClass) => {
        const expected = list.map((n) => grossOf(yen(n), rateClass, ON, rounding) - n);
        expect(await taxInSql(list, rateClass, false, rounding)).toEqual(expected);
      }),
      runs(30),
    );
  });

  test('within an amount with tax', async () => {
    await fc.assert(
      fc.asyncProperty(amounts, fc.constantFrom(...rateClasses), async (list, rateClass) => {
        const expected = list.map((n) => taxWithinGross([{ gross: yen(n), rateClass }], ON, rounding).tax);
        expect(await taxInSql(list, rateClass, true, rounding)).toEqual(expected);
      }),
      runs(30),
    );
  });
});

test('105 + 105 differs by one yen between tax on the net sum and tax within the gross sum', async () => {
  const totals = async (settlement: 'np' | 'in_house') => {
    const store = await TestStore.make(db, settlement);
    await store.buyer('aoba');
    await store.order('a1', 'aoba', [{ amount: 105 }]);
    await store.order('a2', 'aoba', [{ amount: 105 }]);
    return draftedOf(store);
  };
  expect(await totals('in_house')).toMatchObject([{ net: 210n, tax: 21n, total: 231n }]);
  expect(await totals('np')).toMatchObject([{ net: 210n, tax: 20n, total: 230n }]);
});

test('drafts with any lines, rates and rounding have the amounts that the domain computes', async () => {
  const line = fc.record({
    amount: fc.integer({ min: 0, max: 99_999 }),
    quantity: fc.integer({ min: 1, max: 9 }),
    rateClass: fc.constantFrom(...rateClasses),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { minLength: 1, maxLength: 6 }),
      fc.constantFrom('np' as const, 'in_house' as const),
      fc.constantFrom(...roundings),
      async (lines, settlement, rounding) => {
        const store = await TestStore.make(db, settlement, rounding);
        await store.buyer('aoba');
        await store.order('a1', 'aoba', lines);
        const [invoice] = await draftedOf(store);

        const nets = lines.map((l) => ({ amount: yen(l.amount * l.quantity), rateClass: l.rateClass }));
        const gross = (n: Yen, rateClass: RateClass) => grossOf(n, rateClass, ON, rounding);
        const expected =
          settlement === 'in_house'
            ? taxOnNet(nets, ON, rounding)
            : taxWithinGross(
                nets.map((n) => ({ gross: gross(n.amount, n.rateClass), rateClass: n.rateClass })),
                ON,
                rounding,
              );
        expect({ net: Number(invoice!.net), tax: Number(invoice!.tax), gross: Number(invoice!.total) }).toEqual({
          net: expected.net,
          tax: expected.tax,
          gross: expected.gross,
        });
        expect(invoice!.taxes).toEqual(
          expected.rates.map(({ rateClass, rate, net, tax, gross: g }) => ({
            rate_class: rateClass,
            rate,
            net,
            tax,
            gross: g,
          })),
        );
      },
    ),
    runs(25),
  );
});

test('the method of a month in SQL is the method in the domain', async () => {
  const mandate = fc.option(
    fc.record({
      status: fc.constantFrom('active', 'ended'),
      activeOn: fc.integer({ min: -3, max: 3 }).map((days) => addDays(ON, days)),
    }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(mandate, { minLength: 1, maxLength: 5 }),
      fc.constantFrom('np' as const, 'in_house' as const),
      async (mandates, settlement) => {
        const store = await TestStore.make(db, settlement);
        for (const [i, given] of mandates.entries()) {
          await store.buyer(`b${i}`);
          await store.order(`o${i}`, `b${i}`);
          if (given) await store.directDebit(`b${i}`, given.activeOn, given.status);
        }
        const drafts = new Map((await draftedOf(store)).map((draft) => [draft.destinationId, draft.method]));
        const activeOn = mandates.map((given) => (given?.status === 'active' ? given.activeOn : null));
        expect(mandates.map((_, i) => drafts.get(`dst_b${i}`))).toEqual(
          activeOn.map((on) => methodOfPeriod(OCTOBER, on)),
        );
      },
    ),
    runs(25),
  );
});

test('the rates are those in force on the date of supply', async () => {
  const rows = await db.$queryRaw<{ rate_class: RateClass; rate: bigint }[]>(sql`
    SELECT rate_class, rate FROM ${ratesOn(jstDate('2019-10-01'))} ORDER BY place`);
  expect(rows.map((row) => [row.rate_class, Number(row.rate)])).toEqual(
    rateClasses.map((rateClass) => [rateClass, rateOn(rateClass, jstDate('2019-10-01'))]),
  );
});

test("SQL builds an invoice's id as its business key", async () => {
  const cases = [
    ['dst_0Aoba', 'np', ''],
    ['dst_0Aoba', 'in_house', ''],
    ['dst_0Aoba', 'card', 'ord_7xyz'],
  ] as const;
  for (const [destination, settlement, ref] of cases) {
    const [row] = await db.$queryRaw<{ id: string }[]>(sql`
      SELECT ${invoiceId(OCTOBER)} AS id
        FROM (VALUES (${destination}::text, ${settlement}::text, ${ref}::text)) AS t (destination_id, settlement, ref)`);
    expect(row!.id).toBe(keys.invoice(destination, OCTOBER, settlement, ref));
  }
});

async function draftedOf(store: TestStore) {
  const fact = { storeId: store.id, at, period: OCTOBER };
  await periodBook(store.deps).openPeriod(fact);
  await db.billableItem.updateMany({ where: { storeId: store.id }, data: { status: 'billable' } });
  const steps = draftSteps(store.deps);
  await steps.freezePeriod(fact);
  await steps.draftChunk({ ...fact, after: null });
  return db.invoice.findMany({ where: { storeId: store.id } });
}
