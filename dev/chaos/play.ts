import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from '../stack';
import { Api } from '../story/api';
import { Story } from '../story/story';
import { World } from '../story/world';
import type { Outside } from './faults';
import type { Kill } from './kills';
import { type Outcome, outcomeOf } from './verdict';

const STORY_BEGINS = '2026-10-01';

/**
 * News that comes a day late in both runs, as it makes another story of it: a buyer passed, and a debit known to have failed, a day
 * after it happened. `on`: when it happens.
 */
const LATE = [
  { about: 'buyer.screened', on: '2026-10-14' },
  { about: 'debit.result', on: '2027-03-04' },
];

export interface Played {
  outcome: Outcome;
  /** What each step took, ms; the first is the making of catalogue and buyers. */
  durations: number[];
}

/** What disturbs a run. */
export interface Trouble {
  kills: readonly Kill[];
  outside(world: World): Outside;
  /** A kill has been made, or a program is back. */
  tell(line: string): void;
}

/** Plays the story to its end on a stack of its own, with or without trouble. */
export async function play(stack: Stack, says: (line: string) => void, trouble?: Trouble): Promise<Played> {
  const world = await World.create(stack, { now: STORY_BEGINS });
  const story = new Story(world);
  const steps = [
    { at: STORY_BEGINS, says: '商品と購入者の登録', act: () => story.prepare() },
    ...story.steps().map(({ at, says, act }) => ({
      at,
      says: `${at.slice(0, 16)} ${says}`,
      act: () => world.until(at).then(act),
    })),
  ];
  const np = new Api(world.at.npUrl);
  const outside = trouble?.outside(world);
  const durations: number[] = [];
  for (const [index, step] of steps.entries()) {
    says(step.says);
    const since = steps[index - 1]?.at ?? STORY_BEGINS;
    for (const { about, on } of LATE)
      if (since < on && on < step.at)
        await np.post('/control/faults', { shop_code: world.shopCode, call: 'news', mode: 'news_late', about });
    await outside?.beginStep(step === steps.at(-1));
    const began = performance.now();
    const over = new AbortController();
    const killing = trouble && makeKills(stack, trouble, index, over.signal);
    await step.act();
    over.abort();
    await killing;
    durations.push(performance.now() - began);
    await outside?.endStep();
  }
  if (stack.parts) for (const part of Object.values(stack.parts)) await part.running();
  await settled(world);
  const { fired } = await np.get<{ fired: { news_late?: number } }>(`/control/faults?shop_code=${world.shopCode}`);
  if ((fired.news_late ?? 0) < LATE.length) throw new Error('news that was to come late never came, or not then');
  return { outcome: await outcomeOf(stack, world), durations };
}

/** The kills of one step, one after the other; those whose moment had not come when the step was over are made at once. */
async function makeKills(stack: Stack, { kills, tell }: Trouble, index: number, over: AbortSignal): Promise<void> {
  const began = performance.now();
  for (const { step, into, part, signal, awayMs } of kills) {
    if (step !== index) continue;
    await sleep(Math.max(0, into - (performance.now() - began)), undefined, { signal: over }).catch(() => {});
    tell(
      `${signal} to ${part}, ${awayMs === 0 ? 'started again at once' : `away for ${(awayMs / 1000).toFixed(1)} s`}`,
    );
    await stack.parts![part].kill(signal, awayMs);
  }
}

/** The clock settles before each of its steps: one more day, on which nothing is due, settles the story's last acts. */
export async function settled(world: World): Promise<void> {
  await world.until('2027-04-02T11:00:00+09:00');
}
