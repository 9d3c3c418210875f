import { type JstDate, addDays, dateOf, periodOf } from '../domain/calendar';
import { type CancellationTermsId, cancellationTerms, previewCancellation } from '../domain/cancellation/terms';
import { toYen } from '../domain/money';
import type { OrderState } from '../domain/order/lifecycle';
import { policy } from '../domain/policy';
import { type Tx, dateIn, dateOut } from '../prisma/db';
import type { ForOrder, OrderBook } from '../workflows/contracts/activities';
import type { Deps } from './deps';
import { changeStatus, mailBuyer } from './order-rows';
import { beginService, endLines, orderStep, tell } from './order-steps';

type ContractSteps = 'startService' | 'acceptCancellation' | 'endOrder' | 'suspendOrder' | 'resumeOrder' | 'markAtRisk';

/** An order in service, in the books: its start, cancellation, suspension, risk and end. */
export function contractBook({ db }: Deps): Pick<OrderBook, ContractSteps> {
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
        `cancel/${messageId}`,
        async (tx, order) => {
          const asked = order.lines.filter((line) => lines === 'all' || lines.includes(line.id));
          const ends = new Map(order.lines.flatMap(({ id, endsOn }) => (endsOn ? [[id, dateOut(endsOn)]] : [])));
          const accepted: JstDate[] = [];
          for (const line of asked) {
            const terms = cancellationTerms[line.cancellationTerms as CancellationTermsId];
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
              data: { status: 'ending', endsOn: dateIn(endsOn) },
            });
            ends.set(line.id, endsOn);
            accepted.push(endsOn);
          }
          // Each line ends on its own date, the order with the last of them.
          const wholeOrder = order.lines.every((line) => ends.has(line.id) || line.status === 'ended');
          const endsOn = latest([...ends.values()]) ?? dateOf(input.at);
          const told = latest(accepted);
          if (told) {
            if (wholeOrder) await changeStatus(tx, input, 'ending', { waitUntil: endsOn });
            const data = { ends_on: told, last_period: periodOf(told) };
            await tell(tx, input, order, 'cancellation.accepted', `cancel/${messageId}`, data);
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
        const event = `order.ended/${input.orderId}`;
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
        `suspend/${cause}`,
        async (tx, order) => {
          await changeStatus(tx, input, 'suspended', { reason });
          await tx.subscription.updateMany({
            where: { storeId: input.storeId, orderId: input.orderId, status: 'active' },
            data: { status: 'paused' },
          });
          const on = dateOf(input.at);
          await tell(tx, input, order, 'order.suspended', `suspended/${cause}`, { reason });
          if (reason !== 'card_declined') return;
          const unpaid = await unpaidOf(tx, input);
          const event = `order.suspended/${input.orderId}/${cause}`;
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

    resumeOrder: ({ cause, ...input }) =>
      orderStep(db, input, `resume/${cause}`, async (tx, order) => {
        await changeStatus(tx, input, order.lines.every((l) => l.endsOn !== null) ? 'ending' : 'active', {
          reason: null,
          waitUntil: null,
        });
        await tx.subscription.updateMany({
          where: { storeId: input.storeId, orderId: input.orderId, status: 'paused' },
          data: { status: 'active' },
        });
        await tell(tx, input, order, 'order.resumed', `resumed/${cause}`, {});
      }),

    markAtRisk: ({ period, reason, until, ...input }) =>
      orderStep(
        db,
        input,
        `at-risk/${period}`,
        async (tx, order) => {
          await changeStatus(tx, input, 'at_risk', { reason, waitUntil: until });
          await tell(tx, input, order, 'order.at_risk', `at-risk/${period}`, { reason, until, period });
        },
        { reason },
      ),
  };
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
