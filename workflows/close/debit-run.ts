import { allHandlersFinished, condition, continueAsNew } from '@temporalio/workflow';
import { type Instant, dateOf, endOf } from '../../domain/calendar';
import { debitResultLateOn, debitResultOn } from '../../domain/close/terms';
import * as messages from '../contracts/messages';
import { book, bulk } from '../lib/activities';
import { type Carried, Life } from '../lib/life';

type DebitRunMessage =
  | ({ kind: 'debitReported'; key: string; code: string } & messages.Message)
  | ({ kind: 'importResults'; results: { key: string; code: string }[] } & messages.Command);

/** How many results are still to come, and until when they are waited for. */
interface RunProgress {
  open: number;
  until: Instant;
}

/** One debit day: collect what is to be debited, wait for the results, book each. A result a message: many make a new run. */
export async function debitRun(
  input: messages.DebitRunStart & { progress?: RunProgress; carried?: Carried },
): Promise<void> {
  const life = new Life<DebitRunMessage>(input, null, input.carried);
  life.hear('debitReported', messages.debitReported);
  life.obey('importResults', messages.importResults, () => null);
  const fact = () => ({ ...life.fact, nominal: input.nominal, debitOn: input.debitOn });

  const collect = async () => ({
    open: (await bulk.collectDebits(fact())).open,
    until: endOf(debitResultOn(input.debitOn)),
  });
  let { open, until } = input.progress ?? (await collect());
  while (open > 0) {
    const m = await life.next(until, { waitingFor: 'debit_results', owner: 'bank', status: 'requested' });
    if (m === null) {
      const lateOn = endOf(debitResultLateOn(input.debitOn));
      if (until >= lateOn) await book.debitsLate(fact());
      until = until < lateOn ? lateOn : endOf(nextDay(until));
    } else {
      const results = m.kind === 'importResults' ? m.results : [{ key: m.key, code: m.code }];
      const booked = await book.bookDebitResults({ ...fact(), results, cause: m.messageId });
      open = booked.open;
      for (const invoiceId of booked.rebilled) {
        await life.attempt(`document/${invoiceId}`, 'np_bill_document', () =>
          life.providers.fetchBillDocument({ ...life.fact, invoiceId }),
        );
      }
    }
    if (open > 0 && life.mustContinue) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof debitRun>({
        ...input,
        at: life.asOf,
        progress: { open, until },
        carried: life.carry(),
      });
    }
  }
  await book.closeDebitRun(fact());
  await life.end();
}

/** A deadline "on D" ends at 00:00 of the next day, so the date of that instant is already the next day. */
function nextDay(deadline: Parameters<typeof dateOf>[0]) {
  return dateOf(deadline);
}
