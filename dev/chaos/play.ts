import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from '../services/stack';
import { Api } from '../story/api';
import { Story } from '../story/story';
import { World } from '../story/world';
import type { FaultInjector } from './faults';
import type { Kill } from './kills';
import { type Outcome, outcomeOf } from './verdict';

const STORY_BEGINS = '2026-10-01';

/**
 * Notices that NP (the credit provider) sends a day late: the result of a buyer's screening, and that of a failed debit. A late
 * notice moves dates in the database, so it is late in the undisturbed run too; otherwise the two runs would differ. `on` is the
 * day of the event that the notice reports.
 */
const LATE_NEWS = [
  { about: 'buyer.screened', on: '2026-10-14' },
  { about: 'debit.result', on: '2027-03-04' },
];

export interface Played {
  outcome: Outcome;
  /** How long each step took, ms. The first step creates the catalogue and the buyers. */
  durations: number[];
}

/** The kills and the faults of a disturbed run. */
export interface Disturbances {
  kills: readonly Kill[];
  injectFaults(world: World): FaultInjector;
  /** Called for each kill, with its description. */
  onKill(line: string): void;
}

/**
 * Plays the story to its end, with or without disturbances.
 * @param onStep called with the title of each step as it begins
 */
export async function play(
  stack: Stack,
  onStep: (title: string) => void,
  disturbances?: Disturbances,
): Promise<Played> {
  const world = await World.create(stack, { now: STORY_BEGINS });
  const story = new Story(world);
  const steps = [
    { at: STORY_BEGINS, title: '商品と購入者の登録', act: () => story.prepare() },
    ...story.steps().map(({ at, title, act }) => ({
      at,
      title: `${at.slice(0, 16)} ${title}`,
      act: () => world.until(at).then(act),
    })),
  ];
  const np = new Api(world.at.npUrl);
  const injector = disturbances?.injectFaults(world);
  const durations: number[] = [];
  for (const [index, step] of steps.entries()) {
    onStep(step.title);
    const since = steps[index - 1]?.at ?? STORY_BEGINS;
    for (const { about, on } of LATE_NEWS)
      if (since < on && on < step.at)
        await np.post('/control/faults', { shop_code: world.shopCode, call: 'news', mode: 'news_late', about });
    await injector?.beginStep(step === steps.at(-1));
    const began = performance.now();
    const stepEnded = new AbortController();
    const killing = disturbances && makeKills(stack, disturbances, index, stepEnded.signal);
    await step.act();
    stepEnded.abort();
    await killing;
    durations.push(performance.now() - began);
    await injector?.endStep();
  }
  if (stack.parts) for (const part of Object.values(stack.parts)) await part.running();
  await settled(world);
  const { fired } = await np.get<{ fired: { news_late?: number } }>(`/control/faults?shop_code=${world.shopCode}`);
  if ((fired.news_late ?? 0) < LATE_NEWS.length) throw new Error('late news did not come, or not on its day');
  return { outcome: await outcomeOf(stack, world), durations };
}

/** Makes the planned kills of one step, each at its moment. If the step ends before that moment, the kill is made at once. */
async function makeKills(
  stack: Stack,
  { kills, onKill }: Disturbances,
  index: number,
  stepEnded: AbortSignal,
): Promise<void> {
  const began = performance.now();
  for (const { step, into, part, signal, awayMs } of kills) {
    if (step !== index) continue;
    await sleep(Math.max(0, into - (performance.now() - began)), undefined, { signal: stepEnded }).catch(() => {});
    onKill(
      `${signal} to ${part}, ${awayMs === 0 ? 'started again at once' : `away for ${(awayMs / 1000).toFixed(1)} s`}`,
    );
    await stack.parts![part].kill(signal, awayMs);
  }
}

/**
 * Advances the store's clock past the end of the story. The clock moves on only when no message or mail of the store is due any
 * more, so the story's last actions have then had all their effects.
 */
export async function settled(world: World): Promise<void> {
  await world.until('2027-04-02T11:00:00+09:00');
}
