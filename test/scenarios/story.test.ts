import { newWorld } from '../support/engine';
import { expectedStory, playStory } from '../support/play';

test('half a year of a store that settles by NP: exactly these events, no other', async () => {
  expect(await playStory(await newWorld('2026-10-01'))).toEqual(expectedStory());
}, 120_000);
