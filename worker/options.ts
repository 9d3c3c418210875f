/** The worker's limits of concurrency. The benchmark compares it with a bare Temporal worker, which uses the same limits. */
export const concurrency = {
  // A cached workflow takes about 1 MB, so a full cache takes half a gigabyte.
  maxCachedWorkflows: 500,
  maxConcurrentWorkflowTaskExecutions: 40,
  maxConcurrentLocalActivityExecutions: 40,
  maxConcurrentActivityTaskExecutions: 40,
} as const;
