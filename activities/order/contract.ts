import { type JstDate, type Period, addDays, dateOf, periodOf } from '../../domain/calendar';
import { cancellationTerms, previewCancellation } from '../../domain/cancellation/terms';
import { toYen } from '../../domain/money';
import type { OrderState } from '../../domain/order/lifecycle';
import { policy } from '../../domain/policy';
import { type Tx, dateIn, dateOut } from '../../prisma/db';
import type { ContractBook, ForOrder } from '../../workflows/contracts/activities';
import { keys } from '../../workflows/contracts/keys';
import type { Deps } from '../lib/deps';
import { makeOrderItems } from '../../books/order/items';
import { changeStatus, mailBuyer } from '../../books/order/rows';
import { beginService, endLines, orderStep, tell } from '../../books/order/service';

/** An order in service, in the books: its start, cancellation, suspension and end. */
export function contractBook({ db }: Deps): ContractBook {
  return {
    startService: ({ on, ...input }) =>
      orderStep(db, input, 'start', async (tx, order) => {
        const unregistered = await beginService(tx, input, order, on);
        await changeStatus(tx, input, 'active', { waitUntil: null });
        await tell(tx, input, order, 'service.started', 'started', {}, on);
        return { unregistered };
      }),

    acceptCancellation: ({ messageId, lines, ...input }) =>
      orderStep(
        db,
        input,
        keys.step.cancel(messageId),
        async (tx, order) => {
          const asked = order.lines.filter(
            (line) => line.endsOn === null && (lines === 'all' || lines.includes(line.id)),
          );
          const ends = new Map(order.lines.flatMap(({ id, endsOn }) => (endsOn ? [[id, dateOut(endsOn)]] : [])));
          const accepted: JstDate[] = [];
          for (const line of asked) {
            const terms = cancellationTerms[line.cancellationTerms];
            const startsOn = line.startsOn && dateOut(line.startsOn);
            const preview = previewCancellation({
              terms,
              startsOn,
              askedOn: dateOf(input.at),
              status: lineState(line.status),
            });
            if (!preview.ok) continue;
            const { ends_on: endsOn } = preview.value;
            await tx.subscription.update({
              where: { storeId_id: { storeId: input.storeId, id: line.id } },
              data: { endsOn: dateIn(endsOn), ...(line.status !== 'paused' && { status: 'ending' }) },
            });
            ends.set(line.id, endsOn);
            accepted.push(endsOn);
          }
          // Each line ends on its own date, the order with the last of them.
          const wholeOrder = order.lines.every((line) => ends.has(line.id) || line.status === 'ended');
          const endsOn = latest([...ends.values()]) ?? dateOf(input.at);
          const told = latest(accepted);
          if (told) {
            // At risk or suspended it stays so: a cancellation decides nothing of that, and gives no service back.
            if (wholeOrder && order.status === 'active') await changeStatus(tx, input, 'ending', { waitUntil: endsOn });
            const data = { ends_on: told, last_period: periodOf(told) };
            await tell(tx, input, order, 'cancellation.accepted', keys.step.cancel(messageId), data);
          }
          return { endsOn, lastPeriod: periodOf(endsOn), wholeOrder };
        },
        { lines },
      ),

    endOrder: ({ on, reason, ...input }) =>
      orderStep(db, input, 'end', async (tx, order) => {
        await changeStatus(tx, input, 'ended', { waitUntil: null, reason });
        await endLines(tx, input, on);
        await tell(tx, input, order, 'order.ended', 'ended', { reason }, on);
        if (reason !== 'unpaid') return;
        const event = keys.reported.orderEnded(input.orderId);
        const unpaid = await unpaidOf(tx, input);
        await mailBuyer(tx, input, order, event, 'contract-ended-unpaid', (mail) => ({
          order: mail,
          settledBy: order.method === 'card' ? ('card' as const) : ('bank_transfer' as const),
          unpaid,
          endedOn: on,
        }));
      }),

    suspendOrder: ({ reason, cause, ...input }) =>
      orderStep(
        db,
        input,
        keys.step.suspend(cause),
        async (tx, order) => {
          await changeStatus(tx, input, 'suspended', { reason });
          await tx.subscription.updateMany({
            where: { storeId: input.storeId, orderId: input.orderId, status: { in: ['active', 'ending'] } },
            data: { status: 'paused' },
          });
          const on = dateOf(input.at);
          await tell(tx, input, order, 'order.suspended', keys.step.suspended(cause), { reason });
          if (reason !== 'card_declined') return;
          const unpaid = await unpaidOf(tx, input);
          const event = keys.reported.orderSuspended(input.orderId, cause);
          await mailBuyer(tx, input, order, event, 'contract-suspended', (mail) => ({
            order: mail,
            settledBy: 'card' as const,
            unpaid,
            suspendedOn: on,
            endsOn: addDays(on, policy.card.endDaysAfterSuspension),
          }));
        },
        { reason },
      ),

    resumeOrder: ({ cause, billedInHouse = [], ...input }) =>
      orderStep(
        db,
        input,
        keys.step.resume(cause),
        async (tx, order) => {
          const ends = order.lines.map(({ endsOn }) => endsOn && dateOut(endsOn));
          const last = ends.includes(null) ? null : latest(ends.flatMap((on) => on ?? []))!;
          await changeStatus(tx, input, last ? 'ending' : 'active', { reason: null, waitUntil: last });
          const unregistered = await resumeLines(tx, input);
          const billed = billedInHouse.length > 0 && { billed: 'in_house', months: billedInHouse.join(' ') };
          await tell(tx, input, order, 'order.resumed', keys.step.resumed(cause), { ...billed });
          return { unregistered };
        },
        { billedInHouse },
      ),
  };
}

/**
 * Paused lines are in force again, those cancelled meanwhile until their date. A month that began while they were paused is
 * billed as any other the service is given in; the months before it are not.
 * @returns the month where NP has still to be told of it
 */
async function resumeLines(tx: Tx, input: ForOrder): Promise<Period[]> {
  const today = dateOf(input.at);
  const paused = { storeId: input.storeId, orderId: input.orderId, status: 'paused' as const };
  const resumed = await tx.subscription.updateMany({ where: { ...paused, endsOn: null }, data: { status: 'active' } });
  const ending = { ...paused, endsOn: { gte: dateIn(today) } };
  const stillEnding = await tx.subscription.updateMany({ where: ending, data: { status: 'ending' } });
  await tx.subscription.updateMany({ where: paused, data: { status: 'ended' } });
  if (resumed.count + stillEnding.count === 0) return [];
  const period = periodOf(today);
  await makeOrderItems(tx, { ...input, period, status: 'pending' });
  const pending = { storeId: input.storeId, orderId: input.orderId, usagePeriod: period, status: 'pending' as const };
  return (await tx.billableItem.count({ where: pending })) > 0 ? [period] : [];
}

function latest(dates: readonly JstDate[]): JstDate | undefined {
  return [...dates].sort().at(-1);
}

async function unpaidOf(tx: Tx, input: ForOrder): Promise<number> {
  const open = await tx.invoice.aggregate({
    where: { storeId: input.storeId, settlementRef: input.orderId, status: { in: ['draft', 'issued'] } },
    _sum: { total: true },
  });
  return toYen(open._sum.total ?? 0n);
}

/** A line's state in the words of an order's, as the terms of cancellation judge it. */
function lineState(status: string): OrderState {
  return status === 'active'
    ? 'active'
    : status === 'paused'
      ? 'suspended'
      : status === 'scheduled'
        ? 'confirmed'
        : 'ended';
}
