import { EventReader, type StoryEvent } from '../../dev/story/events';
import { Story } from '../../dev/story/story';
import type { World } from '../../dev/story/world';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withNames } from './names';

/** Plays a story, NP's unless another is given, in a store made for it. @returns every event of it, ids as names */
export async function playStory(world: World, story: Story = new Story(world)): Promise<StoryEvent[]> {
  await story.prepare();
  const events = new EventReader(world);
  const told: StoryEvent[] = [];
  for (const step of story.steps()) {
    await world.until(step.at);
    told.push(...(await events.fresh()));
    await step.act();
    told.push(...(await events.fresh()));
  }
  return withNames(told);
}

/** Written by hand from the story's table and the calendar; one event a line, ids as names. */
export function expectedStory(file = 'story.jsonl'): StoryEvent[] {
  const lines = readFileSync(join(__dirname, '../scenarios', file), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as StoryEvent);
}
