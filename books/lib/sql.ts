import type { JstDate, Period } from '../../domain/calendar';
import { type RateClass, type Rounding, rateClasses, rateOn } from '../../domain/tax';
import { Prisma } from '../../generated/prisma/client';
import { sql } from '../../prisma/db';

/*
 * Business rules as SQL, for statements over the 100,000 rows of a whole store, which would take too long to load into Node. Each
 * rule computes the same as a function in domain/ or workflows/contracts.
 * test/activities/close/sql.test.ts compares the two for tax.
 */

/** The tax rates in force on a date as rows (rate_class, rate, place). `place` is their order on a document. */
export function ratesOn(on: JstDate): Prisma.Sql {
  const row = (rateClass: RateClass, place: number) =>
    sql`(${rateClass}::text, ${rateOn(rateClass, on)}::bigint, ${place}::int)`;
  return sql`(VALUES ${Prisma.join(rateClasses.map(row))}) AS rates (rate_class, rate, place)`;
}

/**
 * Tax in yen: amount × rate / divisor. The absolute value is rounded, as in domain/tax.ts. The products fit into BIGINT.
 * @param divisor 100 for an amount without tax, 100 + rate for an amount with tax
 */
export function taxOf(amount: Prisma.Sql, rate: Prisma.Sql, divisor: Prisma.Sql, rounding: Rounding): Prisma.Sql {
  const product = sql`abs(${amount}) * ${rate}`;
  const magnitude = {
    floor: sql`(${product}) / (${divisor})`,
    round: sql`(2 * ${product} + (${divisor})) / (2 * (${divisor}))`,
    ceil: sql`(${product} + (${divisor}) - 1) / (${divisor})`,
  }[rounding];
  return sql`(sign(${amount})::bigint * (${magnitude}))`;
}

/**
 * The party that bills one month of an order: the card company, the store itself if finance decided to bill that month without
 * a guarantee, else the store's setting. `o` is the row of the order, `st` that of the store.
 */
export function settlementIn(period: Period): Prisma.Sql {
  return sql`CASE WHEN o.method = 'card' THEN 'card' WHEN ${period}::text = ANY(o.unguaranteed_months) THEN 'in_house'
                  ELSE st.settlement END`;
}

/** The unpaid amount of the invoice row `i`, yen with tax; below zero if too much was paid. */
export const owed = sql`(i.total - coalesce((SELECT sum(p.amount) FROM payments p
  WHERE p.store_id = i.store_id AND p.invoice_id = i.id), 0))::bigint`;

/** A business key in SQL. @param pattern a key from workflows/contracts/keys.ts; each `*` in it is replaced by a value */
export function keyFrom(pattern: string, ...values: Prisma.Sql[]): Prisma.Sql {
  const [head, ...rest] = pattern.split('*');
  if (rest.length !== values.length) throw new RangeError(`${pattern} takes ${rest.length} values`);
  const parts = values.map((value, i) => sql`(${value})::text || ${rest[i]}::text`);
  return sql`(${head}::text || ${Prisma.join(parts, ' || ')})`;
}

/** JavaScript objects as one SQL parameter, to be read as rows by `jsonb_to_recordset`. */
export function rowsIn(rows: readonly object[]): Prisma.Sql {
  return sql`${JSON.stringify(rows)}::jsonb`;
}
