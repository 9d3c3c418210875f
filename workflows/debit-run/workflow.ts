import { allHandlersFinished, condition, continueAsNew } from '@temporalio/workflow';
import { type Instant, type JstDate, dateOf, endOf } from '../../domain/calendar';
import { debitResultLateOn, debitResultOn } from '../../domain/close/terms';
import { keys } from '../contracts/keys';
import type { DebitRunStart, MessagesFor } from '../contracts/messages';
import { book, bulk } from '../lib/activities';
import { type Carried, Life } from '../lib/life';

type DebitRunMessage = MessagesFor<'debitRun'>;

interface RunProgress {
  /** Number of debits whose result is still missing. */
  open: number;
  /** Deadline for the missing results. */
  until: Instant;
  /** In house: the last day to hand the request file in to the bank. null once it is handed in, or the day is past. */
  handInBy: JstDate | null;
  handedIn: boolean;
}

/**
 * One debit day of a store: collects the debits, waits for their results and books each. In house, it first waits until finance
 * has handed the request file in to the bank. NP (the credit provider NP掛け払い) reports each result in a separate message. On a
 * day of many debits the history grows long, so the workflow continues as new.
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
      if (run.until < lateOn) {
        run.until = lateOn;
      } else {
        await book.debitsLate(fact());
        // `until` is a midnight, which counts as the beginning of a day. The next deadline is the end of that day.
        run.until = endOf(dateOf(run.until));
      }
    }
    if (run.open > 0 && life.mustContinue) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof debitRun>({ ...input, at: life.asOf, progress: run, carried: life.carry() });
    }
  }
  await book.closeDebitRun(fact());
  await life.end();
}
