import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { Diary } from '../../support/diary';
import { engine } from '../../support/engine/engine';
import { rows } from '../../support/books';

/* A simulated clock with several workflows that drive it, with a repeated request, or with concurrent commands. */

/** Plays October: two orders, the approval and the bills. @param beside runs while the clock advances to the approval */
async function playOctober(beside: (diary: Diary) => Promise<unknown>): Promise<string[]> {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const plan = await diary.world.plan('A', '商品A', 30_000);
  await diary.order(await diary.buyer('aoba'), plan);
  await diary.order(await diary.buyer('budou', 'screening-3d'), plan);
  const atOrder = await diary.newEvents();
  const [untilApproval] = await Promise.all([diary.until('2026-11-04'), beside(diary)]);
  await diary.approve('2026-10');
  return [...atOrder, ...untilApproval, ...(await diary.until('2026-11-10'))];
}

test('steps each instant once, with the same events, when three workflows drive one clock', async () => {
  const { temporalAddress: address, temporalNamespace: namespace } = engine();
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace });
  const alone = await playOctober(() => Promise.resolve());
  const three = await playOctober(async ({ world: { storeId } }) => {
    for (const n of [98, 99])
      await client.workflow.start('clock', {
        workflowId: `clock/${storeId}/${n}`,
        taskQueue: 'shimebi-simulated',
        args: [{ storeId }],
      });
  });
  expect(three).toEqual(alone);
  await connection.close();
});

test('starts no new journey when a finished advance is requested again under its key', async () => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const key = randomUUID();
  const advance = async () => {
    const answer = await fetch(`${diary.world.at.apiUrl}/v1/clock/advance`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${diary.world.keyOf('admin')}`,
        'idempotency-key': key,
      },
      body: JSON.stringify({ to: '2026-10-07' }),
    });
    return answer.status;
  };
  const journeys = async () =>
    (await rows<{ journey: number }>('SELECT journey FROM clocks WHERE store_id = $1', [diary.world.storeId]))[0]!;
  const first = await advance();
  await diary.world.as('admin').get('/v1/clock', { prefer: 'wait=20' });
  const before = await journeys();
  expect(await advance()).toBe(first);
  expect(await journeys()).toEqual(before);
});

test('acts on one of several concurrent commands, and the others change nothing', async () => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const plan = await diary.world.plan('M', '商品M', 30_000, { maker: true });
  const order = await diary.order(await diary.buyer('aoba'), plan);
  await diary.newEvents();
  const cancel = () =>
    diary.world
      .as('storefront')
      .post(`/v1/orders/${order.id}/cancellations`, { lines: 'all', reason: '不要' })
      .catch(() => null);
  await Promise.all([cancel(), cancel(), cancel()]);
  expect((await diary.newEvents()).filter((line) => line.includes('order.cancelled'))).toHaveLength(1);
  expect((await diary.incidents()).filter((kind) => kind !== 'message_undeliverable')).toEqual([]);
});
