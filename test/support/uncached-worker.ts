import { Worker } from '@temporalio/worker';

/*
 * The engine's own worker, but it keeps no workflow in memory: each task replays the history from its beginning. One task at a
 * time: a second one would drop the first in the middle of a local step, which then begins anew after the 5 s of a task's timeout.
 */

const create = Worker.create.bind(Worker);
Worker.create = (options) => create({ ...options, maxCachedWorkflows: 0, maxConcurrentWorkflowTaskExecutions: 1 });

// eslint-disable-next-line @typescript-eslint/no-require-imports -- only now: it makes its workers as it is loaded.
require('../../worker/main');
