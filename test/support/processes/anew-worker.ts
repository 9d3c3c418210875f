import { Context } from '@temporalio/activity';
import { Worker, type WorkerOptions } from '@temporalio/worker';
import { startWorker } from '../../../worker/main';
import type { ClockActivities } from '../../../workflows/contracts/activities';

/*
 * The engine's own worker, but every workflow that may continue as new does so after each step. Whatever a run remembers and does
 * not hand over is lost at once. A clock's only activity reports once that there is more to do, as it does by itself after 20 s.
 */

type CreateWorker = (options: WorkerOptions) => Promise<Worker>;

export function startAnewWorker(createWorker: CreateWorker = (options) => Worker.create(options)): void {
  startWorker({
    timing: require.resolve('./timing-anew'),
    createWorker: (options) => createWorker(options.workflowBundle ? withClockBegunAnew(options) : options),
  });
}

function withClockBegunAnew(options: WorkerOptions): WorkerOptions {
  const begunAnew = new Set<string>();
  const own = options.activities as unknown as ClockActivities;
  return { ...options, activities: { ...options.activities, stepClock } };

  async function stepClock(input: { storeId: string }) {
    const done = await own.stepClock(input);
    const { workflowId } = Context.current().info.workflowExecution!;
    if (begunAnew.has(workflowId)) return done;
    begunAnew.add(workflowId);
    return { status: 'advancing' };
  }
}

if (require.main === module) startAnewWorker();
