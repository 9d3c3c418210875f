import { allHandlersFinished, condition, continueAsNew } from '@temporalio/workflow';
import type { Period } from '../../domain/calendar';
import { type Contract, newContract } from '../../domain/order/contract';
import { checkRiskDecision } from '../../domain/order/risk';
import { book } from '../lib/activities';
import { Life } from '../lib/life';
import { refusal } from '../lib/refusals';
import { payByCard } from './card-payment';
import { runContract } from './contract/contract';
import type { OrderInput, OrderMessage } from './contract/state';
import { passCredit } from './credit';
import { PendingOrder } from './pending-order';
import { startService } from './service';

/**
 * One order. It passes the credit decision (bank transfer) or the card payment, waits until the service has started, and then
 * runs as a contract until the contract ends.
 */
export async function order(input: OrderInput): Promise<void> {
  const life = new Life<OrderMessage>(input, input.accountId, input.contract?.carried);
  const pending = new PendingOrder(life, input.orderId, input.accountId);
  let contract: Contract | null = input.contract ?? null;
  acceptMessages(life, pending, () => contract);

  let unregistered: Period[] = [];
  if (!contract) {
    const facts = await book.orderFacts(pending.fact);
    const byCard = facts.method === 'card';
    const firstPeriod = byCard ? await payByCard(pending, facts.authenticationRef!) : await passCredit(pending, facts);
    const started = firstPeriod && (await startService(pending, firstPeriod));
    if (!started) return life.end();
    unregistered = started.unregistered;
    contract = newContract(facts.method);
  }

  if ((await runContract(life, input.orderId, contract, unregistered)) === 'ended') return life.end();
  await condition(allHandlersFinished);
  await continueAsNew<typeof order>({ ...input, at: life.asOf, contract: { ...contract, carried: life.carry() } });
}

/**
 * Sets the message handlers. Signals are always accepted. A command is refused if the order or its contract does not allow it
 * now.
 */
function acceptMessages(life: Life<OrderMessage>, pending: PendingOrder, contract: () => Contract | null): void {
  life.onSignal('buyerDecided');
  life.onSignal('cardReturned');
  life.onSignal('chargeDeclined');
  life.onSignal('atRisk');
  // Before its service starts, an order can be cancelled only as a whole, and only while it waits for a message.
  life.onCommand('cancel', ({ lines }) =>
    contract() || (pending.awaits && lines === 'all') ? null : refusal('order_not_cancellable'),
  );
  life.onCommand('release', () => (pending.awaits === 'release' ? null : refusal('order_not_held')));
  life.onCommand('decideRisk', ({ decision }) =>
    checkRiskDecision(decision, {
      atRisk: Boolean(contract()?.risk),
      suspended: Boolean(contract()?.suspendedUntil),
    }),
  );
  life.onCommand('serviceStarted', () =>
    pending.awaits === 'serviceStarted' ? null : refusal('service_start_unexpected'),
  );
  life.onCommand('replaceCard', () => (contract() ? null : refusal('conflict')));
}
