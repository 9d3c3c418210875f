import { Worker } from '@temporalio/worker';

/*
 * The engine's own worker, but every activity runs twice, as after a crash between the effect and its report. The first answer is
 * lost and the second one counts.
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

// eslint-disable-next-line @typescript-eslint/no-require-imports -- must come last, because loading it creates the workers.
require('../../worker/main');
