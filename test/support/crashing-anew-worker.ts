import { crashing } from './crashing';

// eslint-disable-next-line @typescript-eslint/no-require-imports -- only once it is watched
crashing(__filename, () => void require('./anew-worker'));
