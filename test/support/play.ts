import { EventReader, type StoryEvent } from '../../dev/story/events';
import { Story } from '../../dev/story/story';
import type { World } from '../../dev/story/world';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withNames } from './names';

/** Plays a story in its own store. The default is the NP story. @returns all its events, with ids replaced by names */
export async function playStory(world: World, story: Story = new Story(world)): Promise<StoryEvent[]> {
  await story.prepare();
  const events = new EventReader(world);
  const seen: StoryEvent[] = [];
  for (const step of story.steps()) {
    await world.until(step.at);
    seen.push(...(await events.fresh()));
    await step.act();
    seen.push(...(await events.fresh()));
  }
  return withNames(seen);
}

/** The expected events, written by hand from the story's table and the calendar: one event a line, with ids replaced by names. */
export function expectedStory(file = 'story.jsonl'): StoryEvent[] {
  const lines = readFileSync(join(__dirname, '../scenarios/story', file), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as StoryEvent);
}
