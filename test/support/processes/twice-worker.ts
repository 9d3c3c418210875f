import { Worker } from '@temporalio/worker';
import { startWorker } from '../../../worker/main';

/*
 * The engine's own worker, but every activity runs twice, as after a crash between the effect and its report: the result of the
 * first run is lost, and the result of the second one counts.
 */

type Activities = Record<string, (input: unknown) => Promise<unknown>>;

function twice(activities: object): Activities {
  return Object.fromEntries(
    Object.entries(activities as Activities).map(([name, run]) => [
      name,
      async (input: unknown) => {
        await run(input);
        return run(input);
      },
    ]),
  );
}

startWorker({ createWorker: (options) => Worker.create({ ...options, activities: twice(options.activities ?? {}) }) });
