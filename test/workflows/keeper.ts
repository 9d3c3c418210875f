import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineSignal,
  defineUpdate,
  proxyActivities,
} from '@temporalio/workflow';
import type { Instant } from '../../domain/calendar';
import type { Accepted, Command, Message, Start } from '../../workflows/contracts/messages';
import { type Carried, Life } from '../../workflows/lib/life';
import { refusal } from '../../workflows/lib/refusals';

/** The smallest workflow built on workflows/lib/life.ts. It keeps the text of each message that it receives. */

type KeeperMessage = ({ kind: 'noted'; text: string } & Message) | ({ kind: 'ordered'; text: string } & Command);

export const noted = defineSignal<[Message & { text: string }]>('noted');
export const ordered = defineUpdate<Accepted, [Command & { text: string }]>('ordered');

const { keep } = proxyActivities<{ keep(input: { storeId: string; at: Instant; text: string }): Promise<void> }>({
  startToCloseTimeout: '20s',
  retry: { initialInterval: '10ms', nonRetryableErrorTypes: ['ProviderRejected'] },
});

export interface KeeperStart extends Start {
  until: Instant;
  carried?: Carried;
}

/** The text `begin anew` makes it continue as new, and `stop` makes it end. At its deadline it keeps `due` and ends. */
export async function keeper(input: KeeperStart): Promise<string> {
  const life = new Life<KeeperMessage>(input, null, input.carried);
  life.onSignal('noted');
  life.onCommand('ordered', (m) => (m.text === 'the impossible' ? refusal('conflict') : null));
  for (;;) {
    const m = await life.next(input.until, { waitingFor: 'contract', owner: 'buyer', status: 'active' });
    const text = m?.text ?? 'due';
    const kept = await life.attempt(`keep/${text}`, 'np_buyer_screening', () => keep({ ...life.fact, text }));
    if (kept.kind === 'skipped') await keep({ ...life.fact, text: `${text}: skip` });
    if (kept.kind === 'resolved') await keep({ ...life.fact, text: `${text}: ${kept.as}` });
    if (text === 'stop' || m === null) break;
    if (text === 'begin anew') {
      await condition(allHandlersFinished);
      await continueAsNew<typeof keeper>({ ...input, at: life.asOf, carried: life.carry() });
    }
  }
  await life.end();
  return life.asOf;
}

/** Waits for a command first. Signals wait in the queue until then. */
export async function selective(input: KeeperStart): Promise<void> {
  const life = new Life<KeeperMessage>(input, null, input.carried);
  life.onSignal('noted');
  life.onCommand('ordered');
  const wait = { waitingFor: 'release', owner: 'operator', status: 'held' } as const;
  await life.next(input.until, wait, 'ordered');
  const left = await life.next(input.until, wait);
  await keep({ ...life.fact, text: left!.text });
  await life.end();
}
