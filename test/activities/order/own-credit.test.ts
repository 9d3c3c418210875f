import fc from 'fast-check';
import { orderBook } from '../../../activities/order/confirmation';
import { ownCreditBook } from '../../../activities/order/own-credit';
import { addDays, dateOf, instant, period } from '../../../domain/calendar';
import { yen } from '../../../domain/money';
import { isOverdue } from '../../../domain/order/own-credit';
import { taxOnNet } from '../../../domain/tax';
import { type Db, dateIn } from '../../../prisma/db';
import { runs } from '../../support/property-runs';
import { TestStore, openTestDb } from '../close/store';

const OCTOBER = period('2026-10');
const at = instant('2026-10-20T10:00:00+09:00');
const LIMIT = 100_000;

let db: Db;
beforeAll(() => {
  db = openTestDb();
});
afterAll(() => db.$disconnect());

async function buyerWithLimit(): Promise<TestStore> {
  const store = await TestStore.make(db, 'in_house');
  await store.buyer('aoba');
  const where = { storeId_id: { storeId: store.id, id: 'dst_aoba' } };
  await db.billingDestination.update({ where, data: { creditLimit: BigInt(LIMIT) } });
  return store;
}

/** Places an order for that many yen without tax, decides its credit, and confirms it if it is approved. */
async function place(store: TestStore, name: string, amount: number): Promise<string> {
  await store.order(name, 'aoba', [{ amount, status: 'scheduled' }], { status: 'received' });
  const input = { storeId: store.id, orderId: `ord_${name}`, at, period: OCTOBER };
  const answer = await ownCreditBook(store.deps).decideOwnCredit({ ...input, n: 1 });
  if (answer === '00') await orderBook(store.deps).confirmOrder(input);
  return answer;
}

/** The credit used, with tax, as October's invoice will bill it. Computed from the items alone. */
async function usedOf(store: TestStore): Promise<number> {
  const items = await db.billableItem.findMany({ where: { storeId: store.id } });
  const amounts = items.map(({ net }) => ({ amount: yen(Number(net)), rateClass: 'standard' as const }));
  return taxOnNet(amounts, '2026-10-31' as never).gross;
}

test('of two concurrent orders that exceed the limit together, exactly one is approved', async () => {
  const store = await buyerWithLimit();
  const answers = await Promise.all([place(store, 'a', 60_000), place(store, 'b', 60_000)]);
  expect(answers.sort()).toEqual(['00', '22']);
  expect(await usedOf(store)).toBe(66_000);
});

test('a repeated decision stays the same, even if the credit is used up by then', async () => {
  const store = await buyerWithLimit();
  expect(await place(store, 'a', 60_000)).toBe('00');
  const again = { storeId: store.id, orderId: 'ord_a', at, period: OCTOBER, n: 1 };
  expect(await ownCreditBook(store.deps).decideOwnCredit(again)).toBe('00');
});

test('concurrent orders and payments never exceed the limit, and payments free credit again', async () => {
  const action = fc.oneof(
    { weight: 3, arbitrary: fc.record({ order: fc.integer({ min: 1, max: 90_000 }) }) },
    { weight: 1, arbitrary: fc.record({ pay: fc.integer({ min: 1, max: 60_000 }) }) },
  );
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(action, { maxLength: 4 }), { maxLength: 4 }), async (rounds) => {
      const store = await buyerWithLimit();
      run += 1;
      const bill = await unpaidBill(store, 44_000);
      let paid = 0;
      for (const [round, actions] of rounds.entries()) {
        await Promise.all(
          actions.map(async (each, i) => {
            if ('order' in each) return place(store, `${run}x${round}x${i}`, each.order);
            paid += each.pay;
            return pay(store, bill, `${run}/${round}/${i}`, each.pay);
          }),
        );
        const unpaid = Math.max(0, 44_000 - paid);
        expect((await usedOf(store)) + unpaid).toBeLessThanOrEqual(LIMIT);
      }
      const room = LIMIT - Math.max(0, 44_000 - paid) - (await usedOf(store));
      if (room >= 2) expect(await place(store, `${run}last`, Math.floor((room - 1) / 1.1))).toBe('00');
    }),
    runs(12),
  );
});

test('overdue in SQL is overdue in the domain', async () => {
  const on = dateOf(at);
  const invoice = fc.record({
    status: fc.constantFrom('issued' as const, 'issued' as const, 'paid' as const, 'void' as const),
    method: fc.constantFrom('bank_transfer' as const, 'direct_debit' as const),
    payUntil: fc.integer({ min: -3, max: 3 }).map((days) => addDays(on, days)),
    paid: fc.constantFrom(0, 1, 43_999, 44_000, 50_000),
  });
  await fc.assert(
    fc.asyncProperty(invoice, async ({ paid, ...bill }) => {
      const store = await buyerWithLimit();
      const id = await unpaidBill(store, 44_000);
      const { status, method } = bill;
      const debitOn = method === 'direct_debit' ? dateIn(bill.payUntil) : null;
      await db.invoice.update({
        where: { storeId_id: { storeId: store.id, id } },
        data: {
          status,
          method,
          debitOn,
          payUntil: dateIn(bill.payUntil),
          paidOn: status === 'paid' ? dateIn(on) : null,
        },
      });
      if (paid > 0) await pay(store, id, 'p', paid);
      const overdue = isOverdue({ ...bill, owed: yen(44_000 - paid) }, on);
      expect(await place(store, 'a', 1)).toBe(overdue ? '21' : '00');
    }),
    runs(40),
  );
});

async function unpaidBill(store: TestStore, total: number): Promise<string> {
  await db.billingPeriod.create({ data: { storeId: store.id, period: period('2026-09'), status: 'closed' } });
  const net = BigInt((total / 11) * 10);
  const { id } = await db.invoice.create({
    data: {
      storeId: store.id,
      id: 'inv_aoba_202609',
      accountId: 'acc_aoba',
      destinationId: 'dst_aoba',
      period: period('2026-09'),
      settlement: 'in_house',
      method: 'bank_transfer',
      kind: 'invoice',
      issuer: 'store',
      status: 'issued',
      number: 'INV-2026-000001',
      net,
      tax: BigInt(total) - net,
      total: BigInt(total),
      taxes: [],
      recipient: {
        company: '株式会社あおば',
        department: null,
        person: '担当',
        postal_code: '1000001',
        address: '東京都',
      },
      closeOn: new Date('2026-09-30'),
      issuedOn: new Date('2026-10-05'),
      dueOn: new Date('2026-10-31'),
      payUntil: new Date('2026-11-02'),
    },
  });
  return id;
}

async function pay(store: TestStore, invoiceId: string, key: string, amount: number): Promise<void> {
  await db.payment.create({
    data: {
      storeId: store.id,
      id: `pay_${key}`,
      sourceKey: key,
      source: 'direct_debit',
      accountId: 'acc_aoba',
      invoiceId,
      amount: BigInt(amount),
      paidOn: new Date('2026-10-20'),
      knownAt: new Date(at),
    },
  });
}
