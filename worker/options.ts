/** Limits of concurrency. The bare worker of the benchmark uses the same ones, so that the comparison is fair. */
export const concurrency = {
  // About 1 MB each: 500 keep a busy worker's contracts in half a gigabyte.
  maxCachedWorkflows: 500,
  maxConcurrentWorkflowTaskExecutions: 40,
  maxConcurrentLocalActivityExecutions: 40,
  maxConcurrentActivityTaskExecutions: 40,
} as const;
