/** Limits of each Temporal worker. The benchmark gives them to a bare Temporal worker too, so that the two can be compared. */
export const concurrency = {
  // A cached workflow takes about 1 MB, so a full cache of one worker takes half a gigabyte.
  maxCachedWorkflows: 500,
  maxConcurrentWorkflowTaskExecutions: 40,
  maxConcurrentLocalActivityExecutions: 40,
  maxConcurrentActivityTaskExecutions: 40,
} as const;
