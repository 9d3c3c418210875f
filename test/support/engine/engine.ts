import { type Surroundings, World } from '../../../dev/story/world';
import type { TestEnvironment } from './global-setup';

/** The engine that global-setup has started for this run. */
export function engine(): TestEnvironment {
  const given = process.env.SHIMEBI_TEST_ENV;
  if (!given)
    throw new Error(
      'No engine is running. Run these tests with `npm test` or `npx jest --selectProjects engine`, which start one.',
    );
  return JSON.parse(given) as TestEnvironment;
}

/** Makes a new store with a simulated clock. @param now the date or instant at which its clock starts */
export function newWorld(
  now: string,
  options: { settlement?: 'np' | 'in_house'; settings?: object } = {},
): Promise<World> {
  return World.create(engine() satisfies Surroundings, { now, ...options });
}
