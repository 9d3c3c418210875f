import { strict as assert } from 'node:assert';
import { Worker } from '@temporalio/worker';

/*
 * The engine's own worker, but every workflow that may continue as new does so after each step: whatever a run remembers and does
 * not hand over is lost at once. A run rests once before it ends, else it would never come to act.
 */

const SUGGESTED = /\(0,\s*\w+\.workflowInfo\)\(\)\.continueAsNewSuggested/g;
const RESTED = "(this.status !== '')";

const create = Worker.create.bind(Worker);
Worker.create = (options) => {
  const { workflowBundle } = options;
  if (!workflowBundle || !('code' in workflowBundle)) return create(options);
  const code = workflowBundle.code.replaceAll(SUGGESTED, RESTED);
  assert.notEqual(code, workflowBundle.code, 'Life.mustContinue no longer reads continueAsNewSuggested');
  return create({ ...options, workflowBundle: { code } });
};

// eslint-disable-next-line @typescript-eslint/no-require-imports -- only now: it makes its workers as it is loaded.
require('../../worker/main');
