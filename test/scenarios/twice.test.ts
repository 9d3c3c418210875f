import { silent } from '../../dev/progress';
import { type Stack, startStack } from '../../dev/stack';
import { Api } from '../../dev/story/api';
import { World } from '../../dev/story/world';
import { expectedStory, playStory } from '../support/play';

/* An engine of its own, whose worker runs each activity twice and believes only the second answer. */

let stack: Stack;
beforeAll(async () => {
  const programs = { simulators: 'simulators/server.ts', worker: 'test/support/twice-worker.ts', api: 'api/main.ts' };
  stack = await startStack({ mode: 'test', log: silent, programs });
});
afterAll(() => stack?.stop());

test('the story with every activity run twice: the same events, and outside each effect once', async () => {
  const world = await World.create(stack, { now: '2026-10-01' });
  expect(await playStory(world)).toEqual(expectedStory());

  const { np, sbps } = await world.effectsOutside();
  for (const [id, { registered }] of Object.entries(np)) expect([id, registered <= 1]).toEqual([id, true]);
  for (const { commits, captures } of sbps) expect(Math.max(commits, captures)).toBeLessThanOrEqual(1);
  expect(Object.keys(np).length).toBeGreaterThan(10);
  expect(sbps.length).toBeGreaterThan(5);
  const incidents = await new Api(stack.apiUrl, world.keyOf('operator')).get<{ data: unknown[] }>('/v1/incidents');
  expect(incidents.data).toEqual([]);
}, 180_000);
