import { Command } from 'commander';
import pg from 'pg';
import type { Progress } from '../dev/services/progress';
import type { Stack } from '../dev/services/stack';
import { World } from '../dev/story/world';
import {
  type Instant,
  type Period,
  addBusinessDays,
  addPeriods,
  atTime,
  dateOf,
  instant,
  period,
} from '../domain/calendar';
import { billingCutoff, closeTerms } from '../domain/close/terms';
import { measured } from './stack';

const BUYERS = 50;
const FIRST_MONTH = period('2026-10');
const ORDERED = instant('2026-10-05T09:50:00+09:00');
const BEGINS = instant('2026-10-05T10:00:00+09:00');
const ENDS = instant('2027-10-05T10:00:00+09:00');
const DAYS = 365;
/** A third of the buyers pays on each of these days, counted in business days before the last day in time (`pay_until`). */
const PAID_BUSINESS_DAYS_BEFORE = [10, 3, 0];

/** Measures how fast the clock of a simulated store passes a year of business. docs/benchmarks.md describes that year. */
export const clockBench = new Command('clock')
  .description(
    `a year of a store that settles by NP with ${BUYERS} running contracts, month by month approved and paid`,
  )
  .action(() => measured(clock));

async function clock(stack: Stack, log: Progress): Promise<object> {
  const world = await World.create(stack, { now: ORDERED });
  await log.step(`Placing the orders of ${BUYERS} buyers`, () => placeOrders(world));
  const actions = actionsOfTheYear(world).sort((a, b) => (a.at < b.at ? -1 : 1));
  const began = performance.now();
  for (const { at, act } of actions) {
    await world.until(at);
    await act();
  }
  await world.until(ENDS);
  const seconds = (performance.now() - began) / 1000;
  const steps = await stepsOf(stack, world.storeId);
  return {
    bench: 'clock',
    business_days: DAYS,
    seconds: Number(seconds.toFixed(1)),
    ms_per_step: Number(((seconds * 1000) / steps).toFixed(1)),
    steps,
  };
}

async function placeOrders(world: World): Promise<void> {
  const plan = await world.plan('A-STD', '商品A スタンダード', 30_000);
  const numbers = Array.from({ length: BUYERS }, (_, n) => n + 1);
  const ids: string[] = [];
  const order = async (n: number) => {
    const { accountId } = await world.buyer({
      reference: `kaisha-${n}`,
      company: `株式会社第${n}商事`,
      kana: 'カブシキガイシャショウジ',
      representative: '山田 太郎',
      address: `東京都渋谷区渋谷一丁目${n}番1号`,
      email: `keiri@kaisha-${n}.example.jp`,
    });
    const body = {
      account_id: accountId,
      payment: { method: 'bank_transfer' },
      lines: [{ plan_id: plan, quantity: 1 }],
    };
    const { id } = await world.as('storefront').post<{ id: string }>('/v1/orders', body);
    ids.push(id);
  };
  while (numbers.length > 0) await Promise.all(numbers.splice(0, 10).map(order));
  // The clock advances only after the orders have had all their effects, so each order is active then.
  await world.until(BEGINS);
  for (const id of ids) {
    const { status } = await world.as('operator').get<{ status: string }>(`/v1/orders/${id}`);
    if (status !== 'active') throw new Error(`order ${id} is ${status}, not active`);
  }
}

/**
 * The actions of people in the year: finance approves each month two hours before the cutoff (the last moment to ask the credit
 * provider NP to bill), and the buyers pay its bills.
 */
function actionsOfTheYear(world: World): { at: Instant; act: () => Promise<void> }[] {
  return Array.from({ length: 12 }, (_, n) => addPeriods(FIRST_MONTH, n))
    .flatMap((month) => [
      {
        at: atTime(dateOf(billingCutoff(month)), '10:00'),
        act: async () => void (await world.as('finance').post(`/v1/closes/${month}/approve`, {})),
      },
      ...PAID_BUSINESS_DAYS_BEFORE.map((before, third) => {
        const on = addBusinessDays(closeTerms(month).pay_until, -before);
        return { at: atTime(on, '12:00'), act: () => pay(world, month, on, third) };
      }),
    ])
    .filter(({ at }) => at < ENDS);
}

async function pay(world: World, month: Period, on: string, third: number): Promise<void> {
  const { data } = await world
    .as('finance')
    .get<{ data: { number: string; status: string }[] }>(`/v1/invoices?period=${month}&limit=100`);
  if (data.length !== BUYERS) throw new Error(`${data.length} bills for ${month} instead of ${BUYERS}`);
  const bills = data.filter((_, n) => n % PAID_BUSINESS_DAYS_BEFORE.length === third);
  await Promise.all(bills.map(({ number }) => world.npIsPaid(number, on)));
}

/**
 * Counts the clock's steps: the instants at which it stopped because a deadline, a simulator's call, a new day or a mail was due.
 * @throws when the year did not go as planned: a due bill is unpaid, an incident was opened, or fewer than 11 months are closed
 * (the close of the twelfth month goes on after the year)
 */
async function stepsOf(stack: Stack, storeId: string): Promise<number> {
  const books = new pg.Client({ connectionString: stack.databaseUrl });
  await books.connect();
  try {
    const { rows } = await books.query<{ steps: number; closed: number; unpaid: number; incidents: number }>(
      `SELECT (SELECT count(DISTINCT due_at)::int FROM dispatch WHERE store_id = $1 AND due_at > $2 AND due_at <= $3
                AND (kind IN ('tick', 'http', 'mail') OR name = 'storeDay')) AS steps,
              (SELECT count(*)::int FROM closes WHERE store_id = $1 AND status = 'closed') AS closed,
              (SELECT count(*)::int FROM invoices WHERE store_id = $1 AND pay_until < '2027-09-30' AND status <> 'paid') AS unpaid,
              (SELECT count(*)::int FROM incidents WHERE store_id = $1) AS incidents`,
      [storeId, BEGINS, ENDS],
    );
    const { steps, closed, unpaid, incidents } = rows[0]!;
    if (closed < 11 || unpaid > 0 || incidents > 0)
      throw new Error(`the year did not go as planned: ${JSON.stringify({ closed, unpaid, incidents })}`);
    return steps;
  } finally {
    await books.end();
  }
}
