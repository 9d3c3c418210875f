import { InHouseStory } from '../../dev/story/in-house';
import { newWorld } from '../support/engine';
import { expectedStory, playStory } from '../support/play';
import { checkBooks } from '../support/books';

test('half a year of a store that settles by NP: exactly these events, no other', async () => {
  expect(await playStory(await newWorld('2026-10-01'))).toEqual(expectedStory());
}, 120_000);

test('the same half year of a store that settles in house: exactly these events, no other', async () => {
  const world = await newWorld('2026-10-01', { settlement: 'in_house' });
  expect(await playStory(world, new InHouseStory(world))).toEqual(expectedStory('story.in-house.jsonl'));
  await checkBooks(world.storeId);
}, 120_000);
