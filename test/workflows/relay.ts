import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineSignal,
  defineUpdate,
  proxyActivities,
} from '@temporalio/workflow';
import { type Instant, addMs } from '../../domain/calendar';
import type { Accepted, Command, Message, Start } from '../../workflows/contracts/messages';
import { type Carried, Life } from '../../workflows/lib/life';

/** A workflow built on workflows/lib/life.ts that only passes messages on. Each message contains the messages that follow it. */

export interface Hop {
  name: string;
  /** Number of the relay that receives it. An alarm stays with the relay that sets it. */
  relay: number;
  how: 'signal' | 'update' | 'alarm';
  /** Business time after the hop before it; 0 = the same instant. */
  minutes: number;
  /** Whether the relay continues as new, and whether it does so before or after it makes the hop. */
  anew: 'no' | 'before' | 'after';
  next: Hop[];
}

type Passed = ({ kind: 'passed'; hop: Hop } & Message) | ({ kind: 'asked'; hop: Hop } & Command);

export const passed = defineSignal<[Message & { hop: Hop }]>('passed');
export const asked = defineUpdate<Accepted, [Command & { hop: Hop }]>('asked');

const { makeHop } = proxyActivities<{ makeHop(input: { storeId: string; at: Instant; hop: Hop }): Promise<void> }>({
  startToCloseTimeout: '20s',
  retry: { initialInterval: '10ms' },
});

export interface RelayStart extends Start {
  until: Instant;
  alarms?: { at: Instant; hop: Hop }[];
  inHand?: Hop;
  carried?: Carried;
}

export const dueAfter = (at: Instant, hop: Hop): Instant => addMs(at, hop.minutes * 60_000);

export async function relay(input: RelayStart): Promise<void> {
  const life = new Life<Passed>(input, null, input.carried);
  life.onSignal('passed');
  life.onCommand('asked');
  const alarms = [...(input.alarms ?? [])];

  async function beginAnew(inHand?: Hop): Promise<void> {
    await condition(allHandlersFinished);
    await continueAsNew<typeof relay>({ ...input, at: life.asOf, alarms, inHand, carried: life.carry() });
  }

  async function passOn(hop: Hop): Promise<void> {
    await makeHop({ ...life.fact, hop });
    for (const next of hop.next) if (next.how === 'alarm') alarms.push({ at: dueAfter(life.asOf, next), hop: next });
    alarms.sort((a, b) => (a.at < b.at ? -1 : 1));
    if (hop.anew === 'after') await beginAnew();
  }

  if (input.inHand) await passOn(input.inHand);
  for (;;) {
    const until = alarms[0]?.at ?? input.until;
    const m = await life.next(until, { waitingFor: 'contract', owner: 'engine', status: 'active' });
    const hop = m ? m.hop : alarms.shift()?.hop;
    if (!hop) return life.end();
    if (hop.anew === 'before') await beginAnew(hop);
    await passOn(hop);
  }
}
