import { send, sendCommand, startRow } from '../../books/lib/outbox';
import { parseInstant, parsePeriod } from '../../domain/calendar';
import type { Tx } from '../../prisma/db';
import { parseWorkflowId, workflowIdOf, workflowIds } from '../../workflows/contracts/ids';
import type { MessagesFor } from '../../workflows/contracts/messages';
import type { Life } from '../../workflows/lib/life';

/*
 * `npm run types` reads this file: each line below an expectation of an error must be refused by the compiler, and one that
 * compiles after all is an error by itself.
 */

const at = parseInstant('2026-10-01T00:00:00+09:00')!;
const period = parsePeriod('2026-10')!;
const fact = { storeId: 'st_1', id: 'm-1', at };
const [order, account] = [workflowIds.order('ord_1'), workflowIds.account('acc_1')];

/** Keeps the rows that are written through it. */
function outbox(): { tx: Tx; rows: object[] } {
  const rows: object[] = [];
  const tx = {
    $executeRaw: async (statement: { values: unknown[] }) =>
      rows.push(...(JSON.parse(String(statement.values[0])) as [])),
  };
  return { tx: tx as unknown as Tx, rows };
}

test('a signal and a command are rows for their workflow', async () => {
  const { tx, rows } = outbox();
  await send(tx, { ...fact, to: order, name: 'atRisk', payload: { period, reason: '21' } });
  await sendCommand(tx, { ...fact, to: order, name: 'cancel', payload: { lines: 'all' }, by: 'staff' });
  expect(rows).toMatchObject([
    { kind: 'signal', target: 'order/ord_1', name: 'atRisk', payload: { period, reason: '21' } },
    { kind: 'update', target: 'order/ord_1', name: 'cancel', payload: { lines: 'all', by: 'staff' } },
  ]);
});

test('a start is a row under the id of its workflow', () => {
  const payload = { orderId: 'ord_1', accountId: 'acc_1' };
  expect(startRow('order', order, 'st_1', at, payload)).toEqual({
    ...{ storeId: 'st_1', id: 'start/order/ord_1', kind: 'start', target: 'order/ord_1', name: 'order', payload, at },
  });
});

test('a workflow id is read back as it was built, and nothing else is one', () => {
  expect(parseWorkflowId(order)).toEqual({ type: 'order', parts: ['ord_1'] });
  expect(parseWorkflowId(workflowIds.monthlyClose('st_1', period))).toEqual({
    type: 'monthlyClose',
    parts: ['st_1', '2026-10'],
  });
  expect(workflowIdOf(account)).toBe(account);
  expect(() => workflowIdOf('np-txn/ord_1/2026-10/1')).toThrow(RangeError);
  expect(() => workflowIdOf('order')).toThrow(RangeError);
});

test('the compiler refuses a wrong message', () => {
  const refused = (tx: Tx) => [
    // @ts-expect-error -- no message has this name
    send(tx, { ...fact, to: order, name: 'atRiks', payload: { period, reason: '21' } }),
    // @ts-expect-error -- an order's message does not go to an account
    send(tx, { ...fact, to: account, name: 'atRisk', payload: { period, reason: '21' } }),
    // @ts-expect-error -- nor to an id that nobody has built
    send(tx, { ...fact, to: 'ord_1', name: 'atRisk', payload: { period, reason: '21' } }),
    // @ts-expect-error -- a member is missing
    send(tx, { ...fact, to: order, name: 'atRisk', payload: { period } }),
    // @ts-expect-error -- a member has another type
    send(tx, { ...fact, to: order, name: 'atRisk', payload: { period: 'October', reason: '21' } }),
    // @ts-expect-error -- a member is one too many
    send(tx, { ...fact, to: order, name: 'atRisk', payload: { period, reason: '21', n: 1 } }),
    // @ts-expect-error -- this one carries nothing
    send(tx, { ...fact, to: workflowIds.directDebit('ddb_1'), name: 'enrolmentCompleted', payload: { on: '' } }),
    // @ts-expect-error -- a command is not a signal
    send(tx, { ...fact, to: order, name: 'cancel', payload: { lines: 'all' } }),
    // @ts-expect-error -- nor a signal a command
    sendCommand(tx, { ...fact, to: order, name: 'atRisk', payload: { period, reason: '21' }, by: 'staff' }),
    // @ts-expect-error -- a command names the person
    sendCommand(tx, { ...fact, to: order, name: 'release', payload: {} }),
  ];
  expect(refused).toBeDefined();
});

test('the compiler refuses a wrong start', () => {
  const refused = () => [
    // @ts-expect-error -- an order's workflow does not have an account's id
    startRow('order', account, 'st_1', at, { orderId: 'ord_1', accountId: 'acc_1' }),
    // @ts-expect-error -- a member is missing
    startRow('order', order, 'st_1', at, { orderId: 'ord_1' }),
    // @ts-expect-error -- no workflow has this type
    startRow('orders', order, 'st_1', at, { orderId: 'ord_1', accountId: 'acc_1' }),
  ];
  expect(refused).toBeDefined();
});

test('the compiler refuses a workflow that receives what is not its own', () => {
  const refused = (life: Life<MessagesFor<'account'>>) => [
    life.onSignal('clear'),
    life.onCommand('reapply', (m) => (m.destinationId === '' ? { code: 'conflict' } : null)),
    // @ts-expect-error -- this is an order's
    life.onSignal('atRisk'),
    // @ts-expect-error -- a command is not a signal
    life.onSignal('reapply'),
    // @ts-expect-error -- nor a signal a command
    life.onCommand('clear'),
    // @ts-expect-error -- its payload has no such member
    life.onCommand('closeAccount', (m) => (m.destinationId === '' ? { code: 'conflict' } : null)),
  ];
  expect(refused).toBeDefined();
});
