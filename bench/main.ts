import { Command } from 'commander';
import { stopServicesOnExit } from '../dev/services/processes';
import { SetupError } from '../dev/services/progress';
import { clockBench } from './clock';
import { closeBench } from './close';
import { orderBench } from './order';

/** `npm run -s bench -- <name>` prints progress on standard error, and the figures as one line of JSON on standard output. */
stopServicesOnExit();
new Command('bench')
  .description('Measures the engine on temporary servers; docs/benchmarks.md says how.')
  .addCommand(orderBench)
  .addCommand(closeBench)
  .addCommand(clockBench)
  .parseAsync()
  .then(
    () => process.exit(0),
    (error: unknown) => {
      console.error(error instanceof SetupError ? `\n${error.message}` : error);
      process.exit(1);
    },
  );
