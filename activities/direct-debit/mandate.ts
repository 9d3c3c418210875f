import { ApplicationFailure } from '@temporalio/common';
import { dateOf } from '../../domain/calendar';
import { closeTerms } from '../../domain/close/terms';
import { escalateOn, expectedOn, firstPeriod } from '../../domain/direct-debit/rules';
import type { IncidentKind } from '../../domain/incidents';
import { type Tx, dateIn, dateOut } from '../../prisma/db';
import type { DirectDebitBook, ForDirectDebit, GatewayActivities } from '../../workflows/contracts/activities';
import type { EventType } from '../../workflows/contracts/events';
import { workflowIds } from '../../workflows/contracts/ids';
import { keys } from '../../workflows/contracts/keys';
import type { Deps } from '../lib/deps';
import { emit } from '../../books/lib/events';
import { openIncident } from '../../books/lib/incidents';
import { gatewayCall } from '../lib/gateway-call';
import { once } from '../../books/lib/once';

type Change = Parameters<Tx['directDebit']['update']>[0]['data'];

/** The steps of a mandate in the books, each told of once. */
export function directDebitBook({ db }: Deps): DirectDebitBook {
  const change = (
    input: ForDirectDebit,
    step: string,
    data: Change,
    type: EventType,
    told: object,
    also?: (tx: Tx, destinationId: string) => Promise<unknown>,
  ) =>
    once(db, input.storeId, keys.once.directDebitStep(input.directDebitId, step), {}, async (tx) => {
      const row = await tx.directDebit.update({
        where: { storeId_id: { storeId: input.storeId, id: input.directDebitId } },
        data,
      });
      await also?.(tx, row.destinationId);
      await emit(tx, {
        storeId: input.storeId,
        key: keys.event.directDebit(type, input.directDebitId, step),
        type,
        at: input.at,
        accountId: row.accountId,
        data: { direct_debit: input.directDebitId, ...told },
      });
    });
  /** After a defect another form goes the same way: each step is keyed by the dates of its own form. */
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
        { status: 'form_posted', formPostedOn: dateIn(on), reason: null },
        'direct_debit.form_posted',
        {},
      ),

    async recordFormReceived({ on, messageId, ...input }) {
      const expected = expectedOn(on);
      const data = {
        status: 'at_bank' as const,
        formReceivedOn: dateIn(on),
        expectedOn: dateIn(expected),
        late: false,
      };
      await change(input, messageId, data, 'direct_debit.received', { expected_on: expected });
      return { expectedOn: expected, escalateOn: escalateOn(on) };
    },

    /** The buyer is not mailed (the form is NP's): staff ask after it. */
    async remindForm({ nth, ...input }) {
      const { formPostedOn } = await rowOf(input);
      const posted = formPostedOn ? dateOut(formPostedOn) : dateOf(input.at);
      await alert(input, keys.step.reminder(posted, nth), 'direct_debit_form_not_returned', `reminder ${nth}`);
    },

    async markLate(input) {
      const { expectedOn } = await rowOf(input);
      const expected = expectedOn ? dateOut(expectedOn) : dateOf(input.at);
      await change(input, keys.step.late(expected), { late: true }, 'direct_debit.late', {});
    },

    escalateLate: (input) => alert(input, dateOf(input.at), 'direct_debit_overdue_at_bank', 'ask the bank'),

    async activateDirectDebit({ messageId, evidence, debitAccountId, ...input }) {
      const on = dateOf(input.at);
      const period = firstPeriod(on);
      const firstDebitOn = closeTerms(period).debit_on;
      const dates = { activeOn: dateIn(on), firstPeriod: period, firstDebitOn: dateIn(firstDebitOn) };
      await change(input, messageId, { status: 'active', evidence, debitAccountId, ...dates }, 'direct_debit.active', {
        first_period: period,
        first_debit_on: firstDebitOn,
      });
      return { firstPeriod: period };
    },

    recordDefect: ({ messageId, reason, ...input }) =>
      change(input, messageId, { status: 'defect', reason }, 'direct_debit.defect', { reason }),

    closeDirectDebit: ({ as, reason, ...input }) =>
      change(
        input,
        as,
        { status: as, reason, endedOn: dateIn(dateOf(input.at)) },
        `direct_debit.${as}`,
        { reason },
        // What is drafted but not issued can't be debited any more; issued ones keep their method (DESIGN §5).
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
      // Only past the API, which asks first: NP would bill by transfer what our books debit.
      if (!buyerId) throw ApplicationFailure.nonRetryable('NP does not know the buyer yet', 'InvalidInput');
      const credit = await deps.credit(storeId);
      const send = () => credit.directDebitActive(buyerId, period).then(() => 'done' as const);
      const key = keys.call.npDirectDebitActive(directDebitId);
      // Telling NP twice changes nothing there, so a lost answer is simply sent again.
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
