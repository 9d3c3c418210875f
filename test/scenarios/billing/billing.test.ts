import { Diary, type Invoice } from '../../support/diary';

/** The lines and tax of a month's invoice, and the first month that an order is billed for. */

/** Approves the month and waits until NP has issued it. @returns the month's invoices */
async function billMonth(diary: Diary, period: string, approveOn: string, issuedOn: string): Promise<Invoice[]> {
  await diary.until(approveOn);
  await diary.approve(period);
  await diary.until(`${issuedOn}T12:00:00`);
  return diary.invoices(period);
}

test('bills two orders of one destination on one invoice, with the tax of the sum registered with NP', async () => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const plan = await diary.world.plan('S', '少額', 105);
  const buyer = await diary.buyer('aoba');
  await diary.order(buyer, plan);
  await diary.order(buyer, plan);
  // Each order is registered as 105 + 10 = 115. The tax of the bill is 230 × 10/110 = 20.9, rounded down to 20. An in-house bill
  // would come to 210 + 21 = 231.
  const invoices = await billMonth(diary, '2026-10', '2026-11-04', '2026-11-05');
  expect(invoices).toMatchObject([{ net: 210, tax: 20, total: 230, status: 'issued' }]);
  expect(invoices[0]!.lines.map(({ net, gross }) => [net, gross])).toEqual([
    [105, 115],
    [105, 115],
  ]);
  expect(await diary.incidents()).toEqual([]);
});

test('bills a second destination of the account on its own invoice', async () => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const plan = await diary.world.plan('A', '商品A', 30_000);
  const buyer = await diary.buyer('aoba');
  const branch = await diary.world
    .as('operator')
    .post<{ id: string }>(`/v1/accounts/${buyer.accountId}/billing_destinations`, {
      company_name: '株式会社青葉 大阪支店',
      company_kana: 'カブシキガイシャアオバオオサカシテン',
      person: '大阪 花子',
      postal_code: '530-0001',
      address: '大阪府大阪市北区梅田一丁目1番1号',
      email_to: 'osaka@aoba.example.jp',
    });
  await diary.order(buyer, plan);
  await diary.order(buyer, plan, { billing_destination_id: branch.id });
  const invoices = await billMonth(diary, '2026-10', '2026-11-04', '2026-11-05');
  expect(new Set(invoices.map((invoice) => invoice.billing_destination_id))).toEqual(
    new Set([buyer.destinationId, branch.id]),
  );
  expect(invoices.map(({ total, status }) => [total, status])).toEqual([
    [33_000, 'issued'],
    [33_000, 'issued'],
  ]);
});

test('taxes a quantity as one line, even when the total is not divisible by the quantity', async () => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const plan = await diary.world.plan('S', '少額', 105);
  const buyer = await diary.buyer('aoba');
  // 3 × 105 = 315, and with 31 tax 346, which is not divisible by 3. 7 × 105 = 735, and with 73 tax 808.
  await diary.order(buyer, plan, { lines: [{ plan_id: plan, quantity: 3 }] });
  await diary.order(buyer, plan, { lines: [{ plan_id: plan, quantity: 7 }] });
  const invoices = await billMonth(diary, '2026-10', '2026-11-04', '2026-11-05');
  expect(invoices).toMatchObject([{ net: 1_050, tax: 104, total: 1_154 }]);
  expect(invoices[0]!.lines.map(({ quantity, unit_amount, gross }) => [quantity, unit_amount, gross]).sort()).toEqual([
    [3, 105, 346],
    [7, 105, 808],
  ]);
  expect(await diary.incidents()).toEqual([]);
});

test('prints the PO number and the subject on the card receipt', async () => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const plan = await diary.world.plan('C', '商品C', 12_000);
  const order = await diary.orderByCard(
    await diary.buyer('chiyo'),
    plan,
    'ok',
    {},
    { po_number: 'PO-2026-778', subject: '第3四半期分' },
  );
  await diary.world.pass3ds(order.next_action!.url);
  expect(await diary.until('2026-11-01')).toEqual([
    '2026-10-05 order.confirmed chiyo 13200',
    '2026-11-01 receipt.issued chiyo 13200 2026-10',
  ]);
  const [receipt] = await diary.invoices('2026-10');
  const text = await diary.documentText(receipt!.id);
  expect(text).toContain('PO-2026-778');
  expect(text).toContain('第3四半期分');
});

test('registers, serves and bills November first when an order of October passes screening in November', async () => {
  const diary = await Diary.begin('2026-10-30T10:00:00+09:00');
  const plan = await diary.world.plan('A', '商品A', 30_000);
  await diary.order(await diary.buyer('budou'), plan);
  const late = await diary.buyer('fuji', 'screening-3d');
  const order = await diary.order(late, plan);
  expect(await diary.until('2026-11-02')).toEqual([
    '2026-10-30 order.confirmed budou 33000',
    '2026-11-01 close.drafted budou 33000 2026-10',
    '2026-11-02 order.confirmed fuji 33000',
  ]);
  const confirmed = await diary.world.as('operator').get(`/v1/orders/${order.id}`);
  expect(confirmed).toMatchObject({ first_period: '2026-11', lines: [{ starts_on: '2026-11-02' }] });
  expect(await billMonth(diary, '2026-10', '2026-11-04', '2026-11-05')).toHaveLength(1);
  const november = await billMonth(diary, '2026-11', '2026-12-02', '2026-12-03');
  expect(november.find((invoice) => invoice.account_id === late.accountId)).toMatchObject({
    total: 33_000,
    status: 'issued',
  });
  expect(
    Object.keys(await diary.npEffects())
      .filter((id) => id.startsWith(order.id))
      .sort(),
  ).toEqual([`${order.id}.202611.1`, `${order.id}.202612.1`]);
  expect(await diary.incidents()).toEqual([]);
});

test('bills the month of the service start first when the maker starts a month after the order', async () => {
  const diary = await Diary.begin('2026-10-29T10:00:00+09:00');
  const plan = await diary.world.plan('A', '商品A', 30_000, { maker: true });
  const order = await diary.order(await diary.buyer('aoba'), plan);
  await diary.until('2026-11-05');
  await diary.world.as('operator').post(`/v1/orders/${order.id}/service_start`, { on: '2026-11-05' });
  expect(await diary.until('2026-12-01')).toEqual([
    '2026-11-05 service.started aoba 33000',
    '2026-12-01 close.drafted aoba 33000 2026-11',
  ]);
  expect(await billMonth(diary, '2026-11', '2026-12-02', '2026-12-03')).toMatchObject([
    { total: 33_000, status: 'issued' },
  ]);
  // October's registration is used for November, so no month is registered twice.
  expect(Object.keys(await diary.npEffects()).sort()).toEqual([`${order.id}.202610.1`, `${order.id}.202612.1`]);
  expect(await diary.incidents()).toEqual([]);
});
