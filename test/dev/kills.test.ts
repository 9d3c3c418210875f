import { planKills } from '../../dev/chaos/kills';
import { Random } from '../../dev/chaos/random';

const DURATIONS = [3_000, 500, 0, 8_000, 1_500];

test('the same seed plans the same kills, and another seed plans others', () => {
  const plan = (seed: number) => planKills(30, DURATIONS, new Random(seed));
  expect(plan(7)).toEqual(plan(7));
  expect(plan(7)).not.toEqual(plan(8));
});

test('thirty kills are spread over the whole story in order, and each program is killed about equally often', () => {
  const kills = planKills(30, DURATIONS, new Random(1));
  const moments = kills.map(({ step, into }) => DURATIONS.slice(0, step).reduce((sum, ms) => sum + ms, into));
  expect(moments).toEqual([...moments].sort((a, b) => a - b));
  // One in each thirtieth of 13 s.
  moments.forEach((at, i) => expect(Math.abs(at - ((i + 0.5) * 13_000) / 30)).toBeLessThan(300));
  for (const part of ['worker', 'api', 'temporal', 'postgres'])
    expect(kills.filter((kill) => kill.part === part).length).toBeGreaterThanOrEqual(7);
});
