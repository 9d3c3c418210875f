import { type JstDate, type Period, addDays, dateOf, periodOf } from '../../domain/calendar';
import { cancellationTerms, previewCancellation } from '../../domain/cancellation/terms';
import { toYen } from '../../domain/money';
import type { OrderState } from '../../domain/order/lifecycle';
import { policy } from '../../domain/policy';
import { type Tx, dateIn, dateOut } from '../../prisma/db';
import type { ContractBook, ForOrder } from '../../workflows/contracts/activities';
import { keys } from '../../workflows/contracts/keys';
import type { Deps } from '../lib/deps';
import { advance, advanceOne } from '../../books/lib/advance';
import { makeOrderItems } from '../../books/order/items';
import { changeStatus, mailBuyer } from '../../books/order/rows';
import { beginService, emitOrderEvent, endLines, orderStep } from '../../books/order/service';

/** The database activities of an order in service: its start, cancellation, suspension, resumption and end. */
export function contractBook({ db }: Deps): ContractBook {
  return {
    startService: ({ on, ...input }) =>
      orderStep(db, input, 'start', async (tx, order) => {
        const unregistered = await beginService(tx, input, order, on);
        await changeStatus(tx, input, 'active', { waitUntil: null });
        await emitOrderEvent(tx, input, order, 'service.started', 'started', {}, on);
        return { unregistered };
      }),

    acceptCancellation: ({ messageId, lines, ...input }) =>
      orderStep(
        db,
        input,
        keys.step.cancel(messageId),
        async (tx, order) => {
          const requested = order.lines.filter(
            (line) => line.endsOn === null && (lines === 'all' || lines.includes(line.id)),
          );
          const ends = new Map(order.lines.flatMap(({ id, endsOn }) => (endsOn ? [[id, dateOut(endsOn)]] : [])));
          const accepted: JstDate[] = [];
          for (const line of requested) {
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
            const data = { endsOn: dateIn(endsOn) };
            const where = { storeId: input.storeId, id: line.id };
            if (line.status === 'paused') await tx.subscription.update({ where: { storeId_id: where }, data });
            else await advanceOne(tx, 'subscription', { where, from: 'active', to: 'ending', data });
            ends.set(line.id, endsOn);
            accepted.push(endsOn);
          }
          // Each line ends on its own date. The order ends with its last line.
          const wholeOrder = order.lines.every((line) => ends.has(line.id) || line.status === 'ended');
          const endsOn = latest([...ends.values()]) ?? dateOf(input.at);
          const lastAccepted = latest(accepted);
          if (lastAccepted) {
            // An order that is at risk or suspended keeps its state, because a cancellation changes neither the risk nor the
            // service.
            if (wholeOrder && order.status === 'active') await changeStatus(tx, input, 'ending', { waitUntil: endsOn });
            const data = { ends_on: lastAccepted, last_period: periodOf(lastAccepted) };
            await emitOrderEvent(tx, input, order, 'cancellation.accepted', keys.step.cancel(messageId), data);
          }
          return { endsOn, lastPeriod: periodOf(endsOn), wholeOrder };
        },
        { lines },
      ),

    endOrder: ({ on, reason, ...input }) =>
      orderStep(db, input, 'end', async (tx, order) => {
        await changeStatus(tx, input, 'ended', { waitUntil: null, reason });
        await endLines(tx, input, on);
        await emitOrderEvent(tx, input, order, 'order.ended', 'ended', { reason }, on);
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
          await advance(tx, 'subscription', {
            where: { storeId: input.storeId, orderId: input.orderId },
            from: ['active', 'ending'],
            to: 'paused',
          });
          const on = dateOf(input.at);
          await emitOrderEvent(tx, input, order, 'order.suspended', keys.step.suspended(cause), { reason });
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
          await emitOrderEvent(tx, input, order, 'order.resumed', keys.step.resumed(cause), { ...billed });
          return { unregistered };
        },
        { billedInHouse },
      ),
  };
}

/**
 * Puts the paused lines of an order in force again. A line that was cancelled meanwhile runs until its end date, or ends now if
 * this date has passed. The current month is billed, even if it began while the lines were paused. Earlier months that began
 * while the lines were paused are not billed.
 * @returns a list of the current month if it must still be registered with NP (the credit provider NP掛け払い), else an empty list
 */
async function resumeLines(tx: Tx, input: ForOrder): Promise<Period[]> {
  const today = dateOf(input.at);
  const lines = { storeId: input.storeId, orderId: input.orderId };
  const goesOn = { ...lines, endsOn: null };
  const resumed = await advance(tx, 'subscription', { where: goesOn, from: 'paused', to: 'active' });
  const ending = { ...lines, endsOn: { gte: dateIn(today) } };
  const stillEnding = await advance(tx, 'subscription', { where: ending, from: 'paused', to: 'ending' });
  await advance(tx, 'subscription', { where: lines, from: 'paused', to: 'ended' });
  if (resumed + stillEnding === 0) return [];
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

/** Translates the status of an order line to a state of an order, because `previewCancellation` takes such a state. */
function lineState(status: string): OrderState {
  return status === 'active'
    ? 'active'
    : status === 'paused'
      ? 'suspended'
      : status === 'scheduled'
        ? 'confirmed'
        : 'ended';
}
