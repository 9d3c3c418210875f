import type { JstDate, Period } from '../../domain/calendar';
import { type RateClass, type Rounding, rateClasses, rateOn } from '../../domain/tax';
import { Prisma } from '../../generated/prisma/client';
import { sql } from '../../prisma/db';

/*
 * Rules that are needed in SQL as well, because the 100,000 rows of a whole store can't travel to Node. Each computes the same as
 * its twin in domain/ or workflows/contracts; a property test compares the two.
 */

/** The rates in force on that date as rows (rate_class, rate, place), `place` in the order of print. */
export function ratesOn(on: JstDate): Prisma.Sql {
  const row = (rateClass: RateClass, place: number) =>
    sql`(${rateClass}::text, ${rateOn(rateClass, on)}::bigint, ${place}::int)`;
  return sql`(VALUES ${Prisma.join(rateClasses.map(row))}) AS rates (rate_class, rate, place)`;
}

/**
 * Yen of tax: amount × rate / whole, rounded on the magnitude as domain/tax does. BIGINT holds 10 × any safe integer.
 * @param whole 100 on an amount without tax, 100 + rate within one with tax
 */
export function taxOf(amount: Prisma.Sql, rate: Prisma.Sql, whole: Prisma.Sql, rounding: Rounding): Prisma.Sql {
  const product = sql`abs(${amount}) * ${rate}`;
  const magnitude = {
    floor: sql`(${product}) / (${whole})`,
    round: sql`(2 * ${product} + (${whole})) / (2 * (${whole}))`,
    ceil: sql`(${product} + (${whole}) - 1) / (${whole})`,
  }[rounding];
  return sql`(sign(${amount})::bigint * (${magnitude}))`;
}

/** Settlement of a month of the order `o` in the store `st`: card, in house by finance's decision, or the store's own. */
export function settlementIn(period: Period): Prisma.Sql {
  return sql`CASE WHEN o.method = 'card' THEN 'card' WHEN ${period}::text = ANY(o.unguaranteed_months) THEN 'in_house'
                  ELSE st.settlement END`;
}

/** Yen with tax still to pay of the invoice `i`; below zero where more was paid. */
export const owed = sql`(i.total - coalesce((SELECT sum(p.amount) FROM payments p
  WHERE p.store_id = i.store_id AND p.invoice_id = i.id), 0))::bigint`;

/** A business key in SQL: the pattern made by workflows/contracts, with a column's value in place of each `*`. */
export function keyFrom(pattern: string, ...values: Prisma.Sql[]): Prisma.Sql {
  const [head, ...rest] = pattern.split('*');
  if (rest.length !== values.length) throw new RangeError(`${pattern} takes ${rest.length} values`);
  const parts = values.map((value, i) => sql`(${value})::text || ${rest[i]}::text`);
  return sql`(${head}::text || ${Prisma.join(parts, ' || ')})`;
}

/** Rows of the program for `jsonb_to_recordset`: one parameter for any number of rows. */
export function rowsIn(rows: readonly object[]): Prisma.Sql {
  return sql`${JSON.stringify(rows)}::jsonb`;
}
