import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { silent } from '../../dev/progress';
import { type Stack, startStack } from '../../dev/stack';
import { Api } from '../../dev/story/api';
import { EventReader, type StoryEvent } from '../../dev/story/events';
import { Story } from '../../dev/story/story';
import { World } from '../../dev/story/world';
import { withNames } from '../support/names';

/* An engine of its own, whose worker runs each activity twice and believes only the second answer. */

let stack: Stack;
beforeAll(async () => {
  const programs = { simulators: 'simulators/server.ts', worker: 'test/support/twice-worker.ts', api: 'api/main.ts' };
  stack = await startStack({ mode: 'test', log: silent, programs });
});
afterAll(() => stack?.stop());

test('the story with every activity run twice: the same events, and outside each effect once', async () => {
  const world = await World.create(stack, { now: '2026-10-01' });
  const story = new Story(world);
  await story.prepare();
  const events = new EventReader(world);
  const told: StoryEvent[] = [];
  for (const step of story.steps()) {
    await world.until(step.at);
    told.push(...(await events.fresh()));
    await step.act();
    told.push(...(await events.fresh()));
  }
  const expected = readFileSync(join(__dirname, 'story.jsonl'), 'utf8').trim().split('\n');
  expect(withNames(told)).toEqual(expected.map((line) => JSON.parse(line) as StoryEvent));

  const { np, sbps } = await world.effectsOutside();
  for (const [id, { registered }] of Object.entries(np)) expect([id, registered <= 1]).toEqual([id, true]);
  for (const { commits, captures } of sbps) expect(Math.max(commits, captures)).toBeLessThanOrEqual(1);
  expect(Object.keys(np).length).toBeGreaterThan(10);
  expect(sbps.length).toBeGreaterThan(5);
  const incidents = await new Api(stack.apiUrl, world.keyOf('operator')).get<{ data: unknown[] }>('/v1/incidents');
  expect(incidents.data).toEqual([]);
}, 180_000);
