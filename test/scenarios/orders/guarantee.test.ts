import { Diary } from '../../support/diary';

/**
 * A buyer does not pay NP, and its guarantee goes from OK to ALRT to NG, then back to OK after the payment. The tests follow its
 * contracts. The plan costs 30,000 yen a month, 33,000 with tax.
 */

const decide = (diary: Diary, orderId: string, decision: string) =>
  diary.world
    .as('finance')
    .post(`/v1/orders/${orderId}/at_risk_decisions`, { decision, reason: '入金を確認' }, { prefer: 'wait=20' });

async function payBills(diary: Diary, month: string, on: string) {
  for (const { number } of await diary.invoices(month)) await diary.world.npIsPaid(number!, on);
}

test('puts a contract at risk for the next month after two unpaid bills, and registers it again once NP guarantees it', async () => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const [stays, goes] = [await diary.world.plan('A', '商品A', 30_000), await diary.world.plan('B', '商品B', 10_000)];
  const aoba = await diary.buyer('aoba');
  const order = await diary.order(aoba, stays);
  const ending = await diary.order(aoba, goes);
  await diary.until('2026-11-04');
  await diary.approve('2026-10');
  await diary.until('2026-11-10');
  await diary.world
    .as('storefront')
    .post(`/v1/orders/${ending.id}/cancellations`, { lines: 'all', reason: '利用終了' });
  await diary.until('2026-12-02');
  await diary.approve('2026-11');
  await diary.newEvents();

  // October's bill was payable by 11-30. NP sets ALRT three business days later, and NG after a month.
  expect(await diary.until('2026-12-29')).toEqual([
    '2026-12-03 invoice.issued aoba 44000 2026-11 due_on=2026-12-31',
    '2026-12-03 guarantee.changed aoba status=ALRT',
  ]);
  // The contract that ends with the year has no next month, so it is not at risk. For the other one finance has five business
  // days; 12-31 to 01-03 are bank holidays.
  expect(await diary.until('2026-12-31')).toEqual([
    '2026-12-30 order.at_risk aoba 33000 2027-01 until=2027-01-08 reason=guarantee_ng',
    '2026-12-30 guarantee.changed aoba status=NG',
  ]);
  await expect(diary.order(aoba, stays)).rejects.toMatchObject({
    problem: { errors: [{ code: 'account_suspended' }] },
  });
  // NP rejects January on the 1st. No event follows, because the order is at risk already.
  expect(await diary.until('2027-01-04')).toEqual([
    '2026-12-31 order.ended aoba 11000 reason=cancellation',
    '2027-01-01 close.drafted aoba 44000 2026-12',
  ]);
  await payBills(diary, '2026-10', '2027-01-04');
  await payBills(diary, '2026-11', '2027-01-04');
  expect(await decide(diary, order.id, 'register_again')).toMatchObject({ status: 'at_risk' });
  await diary.until('2027-01-05');
  await diary.approve('2026-12');
  expect(await diary.until('2027-01-07')).toEqual([
    '2027-01-05 billing.requested aoba 44000 2026-12',
    '2027-01-06 invoice.paid aoba 44000 2026-10 paid_on=2027-01-04',
    '2027-01-06 invoice.paid aoba 44000 2026-11 paid_on=2027-01-04',
    '2027-01-06 invoice.issued aoba 44000 2026-12 due_on=2027-01-31',
    '2027-01-07 guarantee.changed aoba status=OK',
  ]);
  expect(await decide(diary, order.id, 'register_again')).toMatchObject({ status: 'active' });
  expect(await diary.until('2027-02-01')).toEqual([
    '2027-01-07 order.resumed aoba 33000',
    '2027-02-01 close.drafted aoba 33000 2027-01',
  ]);
  expect(await diary.incidents()).toEqual([]);
});

/** November's bill, payable by 01-04, stays unpaid. NP sets NG on 02-04, when February is already registered. */
async function ngInFebruary() {
  const diary = await Diary.begin('2026-11-05T10:00:00+09:00');
  const plan = await diary.world.plan('A', '商品A', 30_000);
  const order = await diary.order(await diary.buyer('aoba'), plan);
  const months = [
    ['2026-11', '2026-12-02'],
    ['2026-12', '2027-01-05'],
    ['2027-01', '2027-02-02'],
  ] as const;
  for (const [month, approveOn] of months) {
    await diary.until(approveOn);
    await diary.approve(month);
  }
  await payBills(diary, '2026-12', '2027-01-25');
  expect((await diary.until('2027-02-05')).filter((line) => line.startsWith('2027-02-04'))).toEqual([
    '2027-02-04 order.at_risk aoba 33000 2027-03 until=2027-02-28 reason=guarantee_ng',
    '2027-02-04 guarantee.changed aoba status=NG',
  ]);
  return { diary, order };
}

test('suspends after NG only at the end of the guaranteed month, and bills March alone when the contract resumes in March', async () => {
  const { diary, order } = await ngInFebruary();
  await payBills(diary, '2027-01', '2027-02-26');
  expect(await diary.until('2027-03-02')).toEqual([
    '2027-03-01 order.suspended aoba 33000 reason=at_risk',
    '2027-03-01 close.drafted aoba 33000 2027-02',
    '2027-03-02 invoice.paid aoba 33000 2027-01 paid_on=2027-02-26',
  ]);
  await diary.approve('2027-02');
  await payBills(diary, '2026-11', '2027-03-02');
  expect(await diary.until('2027-03-05')).toEqual([
    '2027-03-02 billing.requested aoba 33000 2027-02',
    '2027-03-03 invoice.issued aoba 33000 2027-02 due_on=2027-03-31',
    '2027-03-04 invoice.paid aoba 33000 2026-11 paid_on=2027-03-02',
    '2027-03-05 guarantee.changed aoba status=OK',
  ]);
  await decide(diary, order.id, 'register_again');
  expect(await diary.until('2027-04-01')).toEqual([
    '2027-03-05 order.resumed aoba 33000',
    '2027-04-01 close.drafted aoba 33000 2027-03',
  ]);
  expect(await diary.incidents()).toEqual([]);
});

test('does not register a month with NP after NG when finance has decided to bill it in house', async () => {
  const { diary, order } = await ngInFebruary();
  await decide(diary, order.id, 'bill_in_house');
  expect(await diary.newEvents()).toEqual(['2027-02-05 order.resumed aoba 33000 billed=in_house months=2027-03']);
  await diary.until('2027-03-02');
  await diary.approve('2027-02');
  await diary.until('2027-04-02');
  expect((await diary.invoices('2027-03')).map(({ total, lines }) => [total, lines.length])).toEqual([[33_000, 1]]);
  const asked = Object.keys(await diary.npEffects()).map((id) => id.split('.')[1]);
  expect(asked).toEqual(['202611', '202612', '202701', '202702', '202704']);
});
