import { InHouseStory } from '../../../dev/story/in-house';
import { newWorld } from '../../support/engine/engine';
import { expectedStory, playStory } from '../../support/play';
import { checkBooks } from '../../support/books';

test('plays half a year of a store that settles by NP with exactly the expected events', async () => {
  expect(await playStory(await newWorld('2026-10-01'))).toEqual(expectedStory());
}, 120_000);

test('plays the same half year of a store that settles in house with exactly the expected events', async () => {
  const world = await newWorld('2026-10-01', { settlement: 'in_house' });
  expect(await playStory(world, new InHouseStory(world))).toEqual(expectedStory('story.in-house.jsonl'));
  await checkBooks(world.storeId);
}, 120_000);
