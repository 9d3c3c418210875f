import type * as anew from '../anew-worker';
import { crashing, createCrashingWorker } from './crashing';

crashing(__filename, () => {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- only in the child: its parent needs no engine
  const { startAnewWorker } = require('../anew-worker') as typeof anew;
  startAnewWorker(createCrashingWorker);
});
