import { allHandlersFinished, condition, continueAsNew } from '@temporalio/workflow';
import { type Instant, type JstDate, dateOf, endOf } from '../../domain/calendar';
import { debitResultLateOn, debitResultOn } from '../../domain/close/terms';
import { keys } from '../contracts/keys';
import type { DebitRunStart, MessagesFor } from '../contracts/messages';
import { book, bulk } from '../lib/activities';
import { type Carried, Life } from '../lib/life';

type DebitRunMessage = MessagesFor<'debitRun'>;

interface RunProgress {
  /** How many results are still to come, and until when they are waited for. */
  open: number;
  until: Instant;
  /** In house: the last day to hand the request file in; null once it was, or once the day is past. */
  handInBy: JstDate | null;
  handedIn: boolean;
}

/**
 * One debit day: collect what is to be debited, in house have the file handed in, wait for the results, book each. A result a
 * message: many make a new run.
 */
export async function debitRun(input: DebitRunStart & { progress?: RunProgress; carried?: Carried }): Promise<void> {
  const life = new Life<DebitRunMessage>(input, null, input.carried);
  const until = endOf(debitResultOn(input.debitOn));
  const run = input.progress ?? { open: 0, until, handInBy: null, handedIn: false };
  life.onSignal('debitReported');
  life.onCommand('importResults');
  life.onCommand('fileHandedIn', () => (run.handedIn ? { code: 'conflict' } : null));
  const fact = () => ({ ...life.fact, nominal: input.nominal, debitOn: input.debitOn });

  if (!input.progress) {
    Object.assign(run, await bulk.collectDebits(fact()));
    run.handedIn = run.handInBy === null;
  }
  while (run.open > 0) {
    const m = run.handInBy
      ? await life.next(endOf(run.handInBy), { waitingFor: 'debit_file', owner: 'finance', status: 'collected' })
      : await life.next(run.until, { waitingFor: 'debit_results', owner: 'bank', status: 'requested' });
    if (m?.kind === 'fileHandedIn') {
      run.handedIn = true;
      run.handInBy = null;
      await book.recordFileHandedIn({ ...fact(), on: m.on });
    } else if (m) {
      run.handInBy = null;
      const results = m.kind === 'importResults' ? m.results : [{ key: m.key, code: m.code }];
      const booked = await book.bookDebitResults({ ...fact(), results, cause: m.messageId });
      run.open = booked.open;
      for (const invoiceId of booked.rebilled) {
        await life.attempt(keys.incident.document(invoiceId), 'np_bill_document', () =>
          life.providers.fetchBillDocument({ ...life.fact, invoiceId }),
        );
      }
    } else if (run.handInBy) {
      run.handInBy = null;
      await book.fileNotHandedIn(fact());
    } else {
      const lateOn = endOf(debitResultLateOn(input.debitOn));
      if (run.until >= lateOn) await book.debitsLate(fact());
      run.until = run.until < lateOn ? lateOn : endOf(nextDay(run.until));
    }
    if (run.open > 0 && life.mustContinue) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof debitRun>({ ...input, at: life.asOf, progress: run, carried: life.carry() });
    }
  }
  await book.closeDebitRun(fact());
  await life.end();
}

/** A deadline "on D" ends at 00:00 of the next day, so the date of that instant is already the next day. */
function nextDay(deadline: Parameters<typeof dateOf>[0]) {
  return dateOf(deadline);
}
