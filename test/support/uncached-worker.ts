import { Worker } from '@temporalio/worker';

/* The engine's own worker, but it keeps no workflow in memory: each task replays the history from its beginning. */

const create = Worker.create.bind(Worker);
Worker.create = (options) => create({ ...options, maxCachedWorkflows: 0 });

// eslint-disable-next-line @typescript-eslint/no-require-imports -- only now: it makes its workers as it is loaded.
require('../../worker/main');
