import type * as worker from '../../../../worker/main';
import { crashing, createCrashingWorker } from './crashing';

crashing(__filename, () => {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- only in the child: its parent needs no engine
  const { startWorker } = require('../../../../worker/main') as typeof worker;
  startWorker({ createWorker: createCrashingWorker });
});
