import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventReader, type StoryEvent } from '../../dev/story/events';
import { Story } from '../../dev/story/story';
import { newWorld } from '../support/engine';
import { withNames } from '../support/names';

/** Written by hand from the story's table and the calendar of docs; one event a line, ids as names. */
const expected = readFileSync(join(__dirname, 'story.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as StoryEvent);

test('half a year of a store that settles by NP: exactly these events, no other', async () => {
  const world = await newWorld('2026-10-01');
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
  expect(withNames(told)).toEqual(expected);
}, 120_000);
