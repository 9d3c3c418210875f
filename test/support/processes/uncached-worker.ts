import { Worker } from '@temporalio/worker';
import { startWorker } from '../../../worker/main';

/*
 * The engine's own worker, but it keeps no workflow in memory: each task replays the history from its beginning. It runs one task
 * at a time: a second task would drop the first in the middle of a local activity, which then begins again after the 5 s of a task's
 * timeout.
 */

startWorker({
  createWorker: (options) =>
    Worker.create({ ...options, maxCachedWorkflows: 0, maxConcurrentWorkflowTaskExecutions: 1 }),
});
