import { settled } from '../../../dev/chaos/play';
import { outcomeOf } from '../../../dev/chaos/verdict';
import { silent } from '../../../dev/services/progress';
import { type Stack, startStack } from '../../../dev/services/stack';
import { World } from '../../../dev/story/world';
import { expectedStory, playStory } from '../../support/play';

/* Runs its own engine, whose worker runs each activity twice and uses only the second result. */

let stack: Stack;
beforeAll(async () => {
  const programs = { simulators: 'simulators/server.ts', worker: 'test/support/processes/twice-worker.ts', api: 'api/main.ts' };
  stack = await startStack({ mode: 'test', log: silent, programs });
});
afterAll(() => stack?.stop());

test('plays the same events, and causes each external effect once, when every activity runs twice', async () => {
  const world = await World.create(stack, { now: '2026-10-01' });
  expect(await playStory(world)).toEqual(expectedStory());

  await settled(world);
  const { effects, doubled, lost, stuck } = await outcomeOf(stack, world);
  expect({ doubled, lost, stuck }).toEqual({ doubled: [], lost: [], stuck: [] });
  // Each kind of effect occurs, so the check above did not pass on an empty list.
  const countOf = (kind: string) => effects.filter((effect) => effect.startsWith(kind)).length;
  expect(
    ['NP buyer', 'NP registered', 'NP billed', 'SBPS committed', 'SBPS captured', 'mail'].filter((k) => !countOf(k)),
  ).toEqual([]);
}, 180_000);
