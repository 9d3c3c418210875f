import { strict as assert } from 'node:assert';
import { Worker } from '@temporalio/worker';

/*
 * The engine's own worker, but how long a real store's timer runs is not reckoned from its deadline: the waits named here take
 * seconds, the others an hour. Only the wall time differs: what follows is booked with the deadline that was asked for. A window
 * that somebody acts within is long enough for a busy machine (5 s for what takes 0.2 s).
 */
const WINDOWS_MS = {
  release: 2_000,
  screening_correction: 2_000,
  three_d_secure: 8_000,
  form_return: 5_000,
  bank_enrolment: 8_000,
  close_review: 8_000,
  contract_end: 2_000,
  at_risk_decision: 2_000,
  card_retry: 2_000,
  issue_day: 2_000,
  debit_file: 3_000,
};
const DURATION = /Math\.max\(1, \(0,\s*\w+\.msOf\)\(until\) - Date\.now\(\)\)/g;

const create = Worker.create.bind(Worker);
Worker.create = (options) => {
  const { workflowBundle } = options;
  if (!workflowBundle || !('code' in workflowBundle)) return create(options);
  const seconds = `(${JSON.stringify(WINDOWS_MS)}[wait.waitingFor] ?? 3_600_000)`;
  const code = workflowBundle.code.replaceAll(DURATION, seconds);
  assert.notEqual(code, workflowBundle.code, 'Life.rest no longer reckons its timer from until');
  return create({ ...options, workflowBundle: { code } });
};

// eslint-disable-next-line @typescript-eslint/no-require-imports -- only now: it makes its workers as it is loaded.
require('../../worker/main');
