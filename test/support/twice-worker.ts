import { Worker } from '@temporalio/worker';

/*
 * The engine's own worker, but every activity runs twice: as after a crash between the effect and its report, the answer of the
 * first run is lost and the second one's counts.
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

const create = Worker.create.bind(Worker);
Worker.create = (options) => create({ ...options, activities: twice(options.activities ?? {}) });

// eslint-disable-next-line @typescript-eslint/no-require-imports -- only now: it makes its workers as it is loaded.
require('../../worker/main');
