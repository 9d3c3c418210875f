import { Diary } from '../../support/diary';

/** Settings of a store that bills in house: how it rounds tax, and in which month its invoice numbers restart. */

test('rounds tax up once per invoice, and restarts invoice numbers in January', async () => {
  const settings = { tax_rounding: 'ceil', fiscal_first_month: 1 };
  const diary = await Diary.begin('2026-11-05T10:00:00+09:00', { settlement: 'in_house', settings });
  const buyer = await diary.buyer('aoba');
  // Three times 335 yen is 1,005, and 10 % of it is 100.5, rounded up to 101. Rounded one by one, the tax would be 3 × 34 = 102.
  const plans = [await diary.world.plan('A', '商品A', 335), await diary.world.plan('B', '商品B', 335)];
  await diary.order(buyer, plans[0]!, { lines: plans.map((plan_id, i) => ({ plan_id, quantity: i + 1 })) });
  await diary.until('2026-12-02');
  await diary.approve('2026-11');
  await diary.until('2027-01-05');
  await diary.approve('2026-12');
  await diary.until('2027-01-07');
  for (const [period, number] of [
    ['2026-11', 'INV-2026-000001'],
    ['2026-12', 'INV-2027-000001'],
  ] as const)
    expect(await diary.invoices(period)).toMatchObject([{ number, net: 1_005, tax: 101, total: 1_106 }]);
});
