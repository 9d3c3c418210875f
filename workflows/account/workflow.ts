import { allHandlersFinished, condition, continueAsNew } from '@temporalio/workflow';
import { addMonths, dateOf, endOf } from '../../domain/calendar';
import { policy } from '../../domain/policy';
import { keys } from '../contracts/keys';
import type { AccountStart, MessagesFor } from '../contracts/messages';
import { book } from '../lib/activities';
import { type Carried, Life } from '../lib/life';

type AccountMessage = MessagesFor<'account'>;

/**
 * A buyer's account, from its creation until it is closed. The workflow applies to NP (the credit provider NP掛け払い) to screen
 * the account's billing destinations, applies again after a correction, and records changes of NP's guarantee.
 */
export async function account(input: AccountStart & { carried?: Carried }): Promise<void> {
  const life = new Life<AccountMessage>(input, input.accountId, input.carried);
  life.onSignal('clear');
  life.onSignal('buyerScreened');
  life.onSignal('guaranteeChanged');
  life.onCommand('reapply');
  life.onCommand('closeAccount');

  const screen = async (destinationId: string, again: boolean, cause: string) => {
    const of = { ...life.fact, accountId: input.accountId, destinationId };
    const answer = await life.attempt(keys.call.npApplication(destinationId, cause), 'np_buyer_screening', () =>
      life.providers.screenBuyer({ ...of, again, cause }),
    );
    if (answer.kind === 'done') await book.recordScreening({ ...of, ...answer.value, cause });
  };

  while (!life.mustContinue) {
    // Every wait needs a deadline, but an account has none. So the wait ends after a year, and the workflow continues as new.
    const review = endOf(addMonths(dateOf(life.asOf), policy.order.contractReviewMonths));
    const m = await life.next(review, { waitingFor: 'account_events', owner: 'np', status: 'open' });
    if (m === null) break;
    if (m.kind === 'closeAccount') {
      await book.closeAccount({ ...life.fact, accountId: input.accountId });
      return life.end();
    }
    const of = { ...life.fact, accountId: input.accountId, destinationId: m.destinationId };
    switch (m.kind) {
      case 'clear':
        await screen(m.destinationId, false, m.messageId);
        break;
      case 'reapply':
        await screen(m.destinationId, true, m.messageId);
        break;
      case 'buyerScreened':
        await book.recordScreeningNews({ ...of, newsId: m.newsId });
        break;
      case 'guaranteeChanged':
        await book.recordGuarantee({ ...of, status: m.status, cause: m.messageId });
    }
  }
  await condition(allHandlersFinished);
  await continueAsNew<typeof account>({ ...input, at: life.asOf, carried: life.carry() });
}
