import { ApplicationFailure } from '@temporalio/common';
import { dateOf } from '../../domain/calendar';
import { closeTerms } from '../../domain/close/terms';
import { escalateOn, expectedOn, firstPeriod } from '../../domain/direct-debit/rules';
import type { IncidentKind } from '../../domain/incidents';
import type { Prisma } from '../../generated/prisma/client';
import { type Tx, dateIn, dateOut } from '../../prisma/db';
import type { DirectDebitBook, ForDirectDebit, GatewayActivities } from '../../workflows/contracts/activities';
import type { EventType } from '../../workflows/contracts/events';
import { workflowIds } from '../../workflows/contracts/ids';
import { keys } from '../../workflows/contracts/keys';
import type { Deps } from '../lib/deps';
import { type Reached, advanceOne } from '../../books/lib/advance';
import { emit } from '../../books/lib/events';
import { openIncident } from '../../books/lib/incidents';
import { gatewayCall } from '../lib/gateway-call';
import { once } from '../../books/lib/once';

type Change = Omit<Prisma.DirectDebitUncheckedUpdateManyInput, 'status'>;

/** The database activities of a direct-debit mandate. Each step that changes the mandate is recorded once, with its event. */
export function directDebitBook({ db }: Deps): DirectDebitBook {
  const change = (
    input: ForDirectDebit,
    step: string,
    to: Reached<'directDebit'> | 'as before',
    data: Change,
    type: EventType,
    eventData: object,
    also?: (tx: Tx, destinationId: string) => Promise<unknown>,
  ) =>
    once(db, input.storeId, keys.once.directDebitStep(input.directDebitId, step), {}, async (tx) => {
      const where = { storeId: input.storeId, id: input.directDebitId };
      if (to === 'as before') await tx.directDebit.updateMany({ where, data });
      else await advanceOne(tx, 'directDebit', { where, to, data });
      const row = await tx.directDebit.findUniqueOrThrow({ where: { storeId_id: where } });
      await also?.(tx, row.destinationId);
      await emit(tx, {
        storeId: input.storeId,
        key: keys.event.directDebit(type, input.directDebitId, step),
        type,
        at: input.at,
        accountId: row.accountId,
        data: { direct_debit: input.directDebitId, ...eventData },
      });
    });
  /**
   * The row of the mandate. The keys of a reminder and of lateness contain its dates: after a defect the buyer sends a second
   * form, which may be reminded of and late too, and needs other keys.
   */
  const rowOf = ({ storeId, directDebitId: id }: ForDirectDebit) =>
    db.directDebit.findUniqueOrThrow({ where: { storeId_id: { storeId, id } } });
  const alert = (input: ForDirectDebit, step: string, kind: IncidentKind, failure: string) =>
    db.$transaction((tx) =>
      openIncident(tx, {
        storeId: input.storeId,
        id: keys.incident.mandate(kind, input.directDebitId, step),
        kind,
        at: input.at,
        workflowId: workflowIds.directDebit(input.directDebitId),
        detail: { failure },
      }),
    );

  return {
    recordFormPosted: ({ on, messageId, ...input }) =>
      change(
        input,
        messageId,
        'form_posted',
        { formPostedOn: dateIn(on), reason: null },
        'direct_debit.form_posted',
        {},
      ),

    async recordFormReceived({ on, messageId, ...input }) {
      const expected = expectedOn(on);
      const data = {
        formReceivedOn: dateIn(on),
        expectedOn: dateIn(expected),
        late: false,
      };
      await change(input, messageId, 'at_bank', data, 'direct_debit.received', { expected_on: expected });
      return { expectedOn: expected, escalateOn: escalateOn(on) };
    },

    /**
     * Opens an incident, so that staff ask the buyer for the form. The buyer gets no mail, because the form is NP's paper form.
     */
    async remindForm({ nth, ...input }) {
      const { formPostedOn } = await rowOf(input);
      const posted = formPostedOn ? dateOut(formPostedOn) : dateOf(input.at);
      await alert(input, keys.step.reminder(posted, nth), 'direct_debit_form_not_returned', `reminder ${nth}`);
    },

    async markLate(input) {
      const { expectedOn } = await rowOf(input);
      const expected = expectedOn ? dateOut(expectedOn) : dateOf(input.at);
      await change(input, keys.step.late(expected), 'as before', { late: true }, 'direct_debit.late', {});
    },

    escalateLate: (input) => alert(input, dateOf(input.at), 'direct_debit_overdue_at_bank', 'ask the bank'),

    async activateDirectDebit({ messageId, evidence, debitAccountId, ...input }) {
      const on = dateOf(input.at);
      const period = firstPeriod(on);
      const firstDebitOn = closeTerms(period).debit_on;
      const dates = { activeOn: dateIn(on), firstPeriod: period, firstDebitOn: dateIn(firstDebitOn) };
      await change(input, messageId, 'active', { evidence, debitAccountId, ...dates }, 'direct_debit.active', {
        first_period: period,
        first_debit_on: firstDebitOn,
      });
      return { firstPeriod: period };
    },

    recordDefect: ({ messageId, reason, ...input }) =>
      change(input, messageId, 'defect', { reason }, 'direct_debit.defect', { reason }),

    closeDirectDebit: ({ as, reason, ...input }) =>
      change(
        input,
        as,
        as,
        { reason, endedOn: dateIn(dateOf(input.at)) },
        `direct_debit.${as}`,
        { reason },
        // The mandate has ended, so invoices that are not issued yet are paid by transfer. Issued invoices keep their method.
        (tx, destinationId) =>
          tx.invoice.updateMany({
            where: {
              storeId: input.storeId,
              destinationId,
              method: 'direct_debit',
              status: { in: ['draft', 'held', 'requested'] },
            },
            data: { method: 'bank_transfer', kind: 'invoice' },
          }),
      ),
  };
}

export function directDebitGateway(deps: Deps): Pick<GatewayActivities, 'directDebitActive' | 'directDebitEnded'> {
  async function buyerOf({ storeId, directDebitId }: ForDirectDebit): Promise<string | null> {
    const row = await deps.db.directDebit.findUniqueOrThrow({
      where: { storeId_id: { storeId, id: directDebitId } },
      include: { destination: true },
    });
    return row.destination.npBuyerId;
  }
  return {
    async directDebitActive({ firstPeriod: period, ...input }) {
      const { storeId, at, directDebitId } = input;
      const buyerId = await buyerOf(input);
      // The API refuses to activate a mandate before NP (the credit provider NP掛け払い) knows the buyer, so this happens only to a
      // caller that bypasses the API. It must fail: NP would not learn of the mandate, and would bill by transfer an invoice that
      // is to be debited in our books.
      if (!buyerId) throw ApplicationFailure.nonRetryable('NP does not know the buyer yet', 'InvalidInput');
      const credit = await deps.credit(storeId);
      const send = () => credit.directDebitActive(buyerId, period).then(() => 'done' as const);
      const key = keys.call.npDirectDebitActive(directDebitId);
      // NP accepts this message repeatedly without effect, so after a lost answer it is sent again.
      await gatewayCall(deps.db, {
        storeId,
        key,
        provider: 'np',
        at,
        request: { buyerId, period },
        find: async () => null,
        send,
        record: async () => {},
      });
    },
    async directDebitEnded(input) {
      const { storeId, at, directDebitId } = input;
      const buyerId = await buyerOf(input);
      if (!buyerId) return;
      const credit = await deps.credit(storeId);
      const send = () => credit.directDebitEnded(buyerId).then(() => 'done' as const);
      const key = keys.call.npDirectDebitEnded(directDebitId);
      await gatewayCall(deps.db, {
        storeId,
        key,
        provider: 'np',
        at,
        request: { buyerId },
        find: async () => null,
        send,
        record: async () => {},
      });
    },
  };
}
