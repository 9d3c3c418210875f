import { Diary } from '../../support/diary';

/** NP and SBPS fail in various ways. Each request still takes effect once, and each piece of news is applied once. */

test('asks NP about a registration whose answer was lost, and does not send it again', async () => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const plan = await diary.world.plan('A', '商品A', 30_000);
  await diary.failNp('registerTransaction', 'timeout_after_effect');
  const order = await diary.order(await diary.buyer('aoba'), plan);
  expect(await diary.newEvents()).toEqual(['2026-10-05 order.confirmed aoba 33000']);
  expect(await diary.npEffects()).toEqual({ [`${order.id}.202610.1`]: { received: 1, registered: 1 } });
});

test('registers each month once when NP is down, then times out, then recovers', async () => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const plan = await diary.world.plan('A', '商品A', 30_000);
  await diary.failNp('registerBuyer', 'down');
  await diary.failNp('registerTransaction', 'timeout_before_effect');
  const order = await diary.order(await diary.buyer('aoba'), plan);
  expect(await diary.newEvents()).toEqual(['2026-10-05 order.confirmed aoba 33000']);
  await diary.failNp('registerTransaction', 'timeout_after_effect');
  await diary.until('2026-11-02');
  expect(await diary.npEffects()).toEqual({
    [`${order.id}.202610.1`]: { received: 1, registered: 1 },
    [`${order.id}.202611.1`]: { received: 1, registered: 1 },
  });
});

test('bills once when the billing request times out after its effect', async () => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const plan = await diary.world.plan('A', '商品A', 30_000);
  await diary.order(await diary.buyer('aoba'), plan);
  await diary.until('2026-11-04');
  await diary.failNp('requestBilling', 'timeout_after_effect');
  await diary.approve('2026-10');
  expect(await diary.until('2026-11-06')).toEqual([
    '2026-11-04 billing.requested aoba 33000 2026-10',
    '2026-11-05 invoice.issued aoba 33000 2026-10 due_on=2026-11-30',
  ]);
  expect(await diary.incidents()).toEqual([]);
});

/** Two buyers pay October's bills on 11-27. NP reports it on 12-01. */
async function paidInNovember(fault: 'news_twice' | 'news_late' | 'news_out_of_order') {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const plan = await diary.world.plan('A', '商品A', 30_000);
  const [aoba, budou] = [await diary.buyer('aoba'), await diary.buyer('budou')];
  await diary.order(aoba, plan);
  await diary.order(budou, plan);
  await diary.until('2026-11-04');
  if (fault === 'news_twice') await diary.failNp('news', fault);
  await diary.approve('2026-10');
  await diary.until('2026-11-27');
  if (fault !== 'news_twice') await diary.failNp('news', fault);
  const numbers = (await diary.invoices('2026-10')).map((bill) => bill.number!).sort();
  for (const number of numbers) await diary.world.npIsPaid(number, '2026-11-27');
  if (fault === 'news_twice') await diary.failNp('news', fault, 2);
  return diary;
}

const payments = (lines: string[]) => lines.filter((line) => line.includes('invoice.paid'));

test('applies news once when it arrives twice or out of order', async () => {
  const paid = [
    '2026-12-01 invoice.paid aoba 33000 2026-10 paid_on=2026-11-27',
    '2026-12-01 invoice.paid budou 33000 2026-10 paid_on=2026-11-27',
  ];
  for (const fault of ['news_twice', 'news_out_of_order'] as const) {
    const diary = await paidInNovember(fault);
    expect(payments(await diary.until('2026-12-03'))).toEqual(paid);
    // The only incident is that November's drafts wait for their approval.
    expect(await diary.incidents()).toEqual(['close_not_approved']);
  }
});

test('records a payment that NP reports a day late with the date on which it happened', async () => {
  const diary = await paidInNovember('news_late');
  expect(payments(await diary.until('2026-12-02T08:59:59'))).toEqual([
    '2026-12-01 invoice.paid budou 33000 2026-10 paid_on=2026-11-27',
  ]);
  expect(payments(await diary.until('2026-12-02T09:00:00'))).toEqual([
    '2026-12-01 invoice.paid aoba 33000 2026-10 paid_on=2026-11-27',
  ]);
});

test('fetches NP’s bills at the end of the issue day when NP sends no news about them', async () => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const plan = await diary.world.plan('A', '商品A', 30_000);
  await diary.order(await diary.buyer('aoba'), plan);
  await diary.until('2026-11-04');
  await diary.approve('2026-10');
  await diary.failNp('news', 'news_late');
  await diary.newEvents();
  expect(await diary.until('2026-11-05T23:59:59')).toEqual([]);
  expect(await diary.until('2026-11-07')).toEqual(['2026-11-05 invoice.issued aoba 33000 2026-10 due_on=2026-11-30']);
  expect(await diary.incidents()).toEqual([]);
});

test('ignores the rejection of the second request when a registration reaches NP twice, as through a proxy', async () => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const plan = await diary.world.plan('A', '商品A', 30_000);
  await diary.failNp('registerBuyer', 'answer_twice');
  await diary.failNp('registerTransaction', 'answer_twice');
  const order = await diary.order(await diary.buyer('aoba'), plan);
  expect(await diary.newEvents()).toEqual(['2026-10-05 order.confirmed aoba 33000']);
  expect(await diary.npEffects()).toEqual({ [`${order.id}.202610.1`]: { received: 2, registered: 1 } });
  expect(await diary.incidents()).toEqual([]);
});

test('sends a corrected application again when it does not reach NP, and does not treat it as rejected', async () => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const plan = await diary.world.plan('A', '商品A', 30_000);
  const fuji = await diary.buyer('fuji', 'hold-address', { address: '東京都渋谷区渋谷一丁目（番地不明）' });
  await diary.order(fuji, plan);
  await diary.failNp('reapplyBuyer', 'timeout_before_effect');
  const operator = diary.world.as('operator');
  await operator.patch(`/v1/accounts/${fuji.accountId}`, { address: '東京都渋谷区渋谷一丁目2番3号', reason: '登記簿' });
  await operator.post(`/v1/accounts/${fuji.accountId}/screening/reapply`, { reason: '住所を修正' });
  expect(await diary.until('2026-10-06')).toContain('2026-10-06 order.confirmed fuji 33000');
});

test('fetches NP’s documents once NP is up again, without an incident', async () => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const plan = await diary.world.plan('A', '商品A', 30_000);
  await diary.order(await diary.buyer('aoba'), plan);
  await diary.until('2026-11-04');
  await diary.approve('2026-10');
  await diary.failNp('billDocument', 'down', 2);
  await diary.until('2026-11-06');
  const [bill] = await diary.invoices('2026-10');
  expect(await diary.documentText(bill!.id)).toContain('33,000');
  expect(await diary.incidents()).toEqual([]);
});

test('lets a first authorisation lapse when its answer is lost, and charges the card that SBPS has saved', async () => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const plan = await diary.world.plan('C', '商品C', 12_000);
  const order = await diary.orderByCard(await diary.buyer('chiyo'), plan, 'ok');
  await diary.failSbps('ST01-00118-101', 'timeout_after_effect');
  await diary.world.pass3ds(order.next_action!.url);
  expect(await diary.newEvents()).toEqual(['2026-10-05 order.confirmed chiyo 13200']);
  expect((await diary.sbpsEffects()).map(({ commits }) => commits)).toEqual([0, 1]);
});

test('sends the 3-D Secure request again with the unspent token when it does not reach SBPS', async () => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const plan = await diary.world.plan('C', '商品C', 12_000);
  await diary.failSbps('TA02-00101-101', 'refuse');
  const order = await diary.orderByCard(await diary.buyer('chiyo'), plan, 'ok');
  await diary.world.pass3ds(order.next_action!.url);
  expect(await diary.newEvents()).toEqual(['2026-10-05 order.confirmed chiyo 13200']);
});
