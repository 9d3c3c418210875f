import { Worker } from '@temporalio/worker';

/*
 * The engine's own worker, but without a workflow cache: each task replays the history from its beginning. It runs one task at a
 * time. A second task would evict the first in the middle of a local activity, which would start again only after the task timeout
 * of 5 s.
 */

const create = Worker.create.bind(Worker);
Worker.create = (options) => create({ ...options, maxCachedWorkflows: 0, maxConcurrentWorkflowTaskExecutions: 1 });

// eslint-disable-next-line @typescript-eslint/no-require-imports -- must come last, because loading it creates the workers.
require('../../worker/main');
