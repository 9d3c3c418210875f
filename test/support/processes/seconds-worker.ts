import { startWorker } from '../../../worker/main';

/* The engine's own worker, but the timers of a real store take seconds. */

startWorker({ timing: require.resolve('./timing-seconds') });
