import type * as api from '../../../../api/main';
import { crashing } from './crashing';

crashing(__filename, () => {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- only in the child: its parent needs no engine
  const { startApi } = require('../../../../api/main') as typeof api;
  startApi();
});
