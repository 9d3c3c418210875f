import type { WorkflowHandle } from '@temporalio/client';

interface Event {
  eventId?: unknown;
  eventTime?: { seconds?: unknown; nanos?: number | null } | null;
  activityTaskScheduledEventAttributes?: { activityType?: { name?: string | null } | null } | null;
  activityTaskCompletedEventAttributes?: { scheduledEventId?: unknown } | null;
}

/**
 * The seconds from scheduling to result, summed for each type of activity in a workflow's history. Local activities are missing,
 * because they leave no such events.
 */
export async function phasesOf(run: WorkflowHandle): Promise<Record<string, number>> {
  const { events } = (await run.fetchHistory()) as { events?: Event[] | null };
  const scheduled = new Map<string, { name: string; at: number }>();
  const sums: Record<string, number> = {};
  for (const event of events ?? []) {
    const at = Number(event.eventTime?.seconds) + (event.eventTime?.nanos ?? 0) / 1e9;
    const name = event.activityTaskScheduledEventAttributes?.activityType?.name;
    if (name) scheduled.set(String(event.eventId), { name, at });
    const begun = scheduled.get(String(event.activityTaskCompletedEventAttributes?.scheduledEventId));
    if (begun) sums[begun.name] = Number(((sums[begun.name] ?? 0) + at - begun.at).toFixed(2));
  }
  return sums;
}
