import { gatewayCall } from '../../../activities/lib/gateway-call';
import { instant } from '../../../domain/calendar';
import { TestStore, openTestDb } from '../close/store';

/* Two concurrent attempts at one call: one by a worker that seemed dead, and one by the worker that replaced it. */

const db = openTestDb();
afterAll(() => db.$disconnect());

test('the first attempt to finish is recorded; the other returns that answer instead of its own', async () => {
  const store = await TestStore.make(db, 'np');
  const booked: string[] = [];
  const call = (send: () => Promise<string>) =>
    gatewayCall<string>(db, {
      storeId: store.id,
      key: 'np-txn/ord_1/2026-10/1',
      provider: 'np',
      at: instant('2026-10-05T10:00:00+09:00'),
      request: { total: 33_000 },
      find: () => Promise.resolve(null),
      send,
      record: async (_, answer) => void booked.push(answer),
    });
  let answer = (_: string): void => {};
  let sending = (): void => {};
  const underWay = new Promise<void>((begun) => (sending = begun));
  const slow = call(() => {
    sending();
    return new Promise((resolve) => (answer = resolve));
  });
  await underWay;
  expect(await call(() => Promise.resolve('of the second'))).toBe('of the second');
  answer('of the first');
  expect(await slow).toBe('of the second');
  expect(booked).toEqual(['of the second']);
});
