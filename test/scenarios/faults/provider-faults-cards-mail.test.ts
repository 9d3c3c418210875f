import { Diary } from '../../support/diary';

/** SBPS and Resend fail in various ways. Each card is still charged once, and each mail arrives once. */

const COMMIT = 'ST02-00101-101';
const CAPTURE = 'ST02-00201-101';

/** chiyo orders by card in October and is on the issuer's 3-D Secure page. `authenticate` passes it. */
async function orderAwaiting3ds() {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const plan = await diary.world.plan('C', '商品C', 12_000);
  const order = await diary.orderByCard(await diary.buyer('chiyo'), plan, 'ok');
  return { diary, authenticate: () => diary.world.pass3ds(order.next_action!.url) };
}

const charges = async (diary: Diary) =>
  (await diary.sbpsEffects()).map(({ commits, captures, captured }) => ({ commits, captures, captured }));

test.each([
  ['the answer is lost', 'timeout_after_effect', 1],
  ['the request arrives twice and the second is rejected', 'answer_twice', 1],
  ['SBPS is down twice', 'down', 2],
])('confirms the order and commits it once at SBPS when %s', async (_, mode, times) => {
  const { diary, authenticate } = await orderAwaiting3ds();
  await diary.failSbps(COMMIT, mode, times);
  await authenticate();
  expect(await diary.newEvents()).toEqual(['2026-10-05 order.confirmed chiyo 13200']);
  expect(await charges(diary)).toEqual([{ commits: 1, captures: 0, captured: 0 }]);
  expect(await diary.incidents()).toEqual([]);
});

test.each([
  ['the answer is lost', 'timeout_after_effect', 1],
  ['the request arrives twice and the second is rejected', 'answer_twice', 1],
  ['SBPS is down twice', 'down', 2],
])('captures October once on November 1, with one receipt, when %s', async (_, mode, times) => {
  const { diary, authenticate } = await orderAwaiting3ds();
  await authenticate();
  await diary.failSbps(CAPTURE, mode, times);
  await diary.until('2026-10-31');
  expect(await diary.until('2026-11-01')).toEqual(['2026-11-01 receipt.issued chiyo 13200 2026-10']);
  expect((await charges(diary))[0]).toEqual({ commits: 1, captures: 1, captured: 13_200 });
  expect(await diary.incidents()).toEqual([]);
});

test.each([
  ['accepts the mail but its answer is lost', 'timeout_after_effect', 1],
  ['receives the mail twice', 'answer_twice', 1],
  ['is still processing the first attempt', 'in_progress', 1],
  ['is down three times', 'down', 3],
])('delivers one mail and reports it once when Resend %s', async (_, mode, times) => {
  const diary = await Diary.begin('2026-10-06T10:00:00+09:00');
  const plan = await diary.world.plan('B', '商品B', 80_000);
  // Tests that run in parallel share the inbox, so each uses its own address.
  const budou = `budou-${diary.world.shopCode}`;
  const address = `keiri+limit-50000@${budou}.example.jp`;
  await diary.failMails(address, mode, times);
  await diary.order(await diary.buyer(budou, 'limit-50000'), plan);
  expect(await diary.newEvents()).toEqual([
    `2026-10-06 order.held ${budou} 88000 until=2026-10-16`,
    `2026-10-06 mail.sent ${budou} order-held`,
  ]);
  expect(await diary.mailsTo(address)).toHaveLength(1);
  expect(await diary.incidents()).toEqual([]);
});
