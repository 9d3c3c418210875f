/** How many at a time; shared with the bare worker of the benchmark, so that the two are compared alike. */
export const concurrency = {
  // About 1 MB each: 500 keep a busy worker's contracts in half a gigabyte.
  maxCachedWorkflows: 500,
  maxConcurrentWorkflowTaskExecutions: 40,
  maxConcurrentLocalActivityExecutions: 40,
  maxConcurrentActivityTaskExecutions: 40,
} as const;
