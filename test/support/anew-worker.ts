import { strict as assert } from 'node:assert';
import { Context } from '@temporalio/activity';
import { Worker } from '@temporalio/worker';
import type { ClockActivities } from '../../workflows/contracts/activities';

/*
 * The engine's own worker, but every workflow that may continue as new does so after each step: whatever a run remembers and does
 * not hand over is lost at once. A run rests once before it ends, else it would never come to act. A clock's only call says once
 * that there is more to do, as it does by itself after 20 s.
 */

const SUGGESTED = /\(0,\s*\w+\.workflowInfo\)\(\)\.continueAsNewSuggested/g;
const RESTED = "(this.status !== '')";

const begunAnew = new Set<string>();
const create = Worker.create.bind(Worker);
Worker.create = (options) => {
  const { workflowBundle } = options;
  if (!workflowBundle || !('code' in workflowBundle)) return create(options);
  const code = workflowBundle.code.replaceAll(SUGGESTED, RESTED);
  assert.notEqual(code, workflowBundle.code, 'Life.mustContinue no longer reads continueAsNewSuggested');
  return create({ ...options, workflowBundle: { code }, activities: { ...options.activities, stepClock } });

  async function stepClock(input: { storeId: string }) {
    const done = await (options.activities as unknown as ClockActivities).stepClock(input);
    const { workflowId } = Context.current().info.workflowExecution!;
    if (begunAnew.has(workflowId)) return done;
    begunAnew.add(workflowId);
    return { status: 'advancing' };
  }
};

// eslint-disable-next-line @typescript-eslint/no-require-imports -- only now: it makes its workers as it is loaded.
require('../../worker/main');
