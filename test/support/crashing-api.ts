import { crashing } from './crashing';

// eslint-disable-next-line @typescript-eslint/no-require-imports -- only in the child: its parent needs no engine
crashing(__filename, () => void require('../../api/main'));
