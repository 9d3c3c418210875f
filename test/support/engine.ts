import { type Surroundings, World } from '../../dev/story/world';
import type { TestEnvironment } from './global-setup';

/** The engine that global-setup started for this run. */
export function engine(): TestEnvironment {
  const given = process.env.SHIMEBI_TEST_ENV;
  if (!given)
    throw new Error('no engine is running: start these tests with `npm test`, not file by file without setup');
  return JSON.parse(given) as TestEnvironment;
}

/** A store of its own with a simulated clock. @param now date or instant its clock starts at */
export function newWorld(
  now: string,
  options: { settlement?: 'np' | 'in_house'; settings?: object } = {},
): Promise<World> {
  return World.create(engine() satisfies Surroundings, { now, ...options });
}
