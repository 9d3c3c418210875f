import { randomInt } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { FaultInjector, type Tally } from './chaos/faults';
import { planKills } from './chaos/kills';
import { play } from './chaos/play';
import { Random } from './chaos/random';
import { type Verdict, broken, compare } from './chaos/verdict';
import { stopServicesOnExit } from './services/processes';
import { type Progress, SetupError, createProgress } from './services/progress';
import { type Stack, startStack } from './services/stack';

/** The result of a run, which `--json` prints as its last line. */
interface Result extends Verdict {
  chaos: 'story';
  seed: number;
  kills: number;
  /** How often each fault took effect, by provider and mode. `away` counts how often a provider closed its port. */
  faults: Partial<Tally> & { away: number };
  /** Faults, as provider and mode, that the run never asked a simulator for. The run fails if there are any. */
  never_filed: string[];
  seconds: { undisturbed: number; disturbed: number };
}

/**
 * `npm run chaos -- story`: plays the story (dev/story/) twice, each time on new servers. The second time PostgreSQL, Temporal,
 * worker and API are killed again and again, and the providers misbehave. Both runs must leave the same rows in the database.
 */
async function story(options: { kills: number; seed: number; json?: boolean }): Promise<boolean> {
  const { kills: count, seed } = options;
  const log = createProgress(options.json ? process.stderr : process.stdout);
  stopServicesOnExit();
  log.line(`Seed ${seed}: --seed ${seed} plans the same kills and faults again.`);
  const onStep = (line: string) => log.line(`  ${line}`);
  const undisturbed = await log.step('Playing the story undisturbed', () => timed(log, (stack) => play(stack, onStep)));

  const random = new Random(seed);
  const kills = planKills(count, undisturbed.durations, random);
  let injector: FaultInjector | undefined;
  let faults: Tally | undefined;
  let killed = 0;
  const began = performance.now();
  const verdict = await log
    .step(`Playing it with ${count} kills`, () =>
      timed(log, async (stack) => {
        const disturbed = await play(stack, onStep, {
          kills,
          injectFaults: (world) => (injector = new FaultInjector(world, random)),
          onKill: (line) => log.line(`    kill ${(killed += 1)}: ${line}`),
        });
        faults = await injector?.tally();
        return disturbed;
      }),
    )
    .then(({ outcome }) => compare(undisturbed.outcome, outcome), broken);
  const result: Result = {
    chaos: 'story',
    seed,
    kills: killed,
    ...verdict,
    faults: { ...faults, away: injector?.timesAway ?? 0 },
    never_filed: injector?.neverFiled ?? [],
    seconds: { undisturbed: undisturbed.seconds, disturbed: Math.round((performance.now() - began) / 1000) },
  };
  if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else report(result, log);
  const { books_equal: equal, double_effects: doubled, lost, stuck } = result;
  return equal && doubled + lost + stuck + result.never_filed.length === 0;
}

async function timed<T>(log: Progress, work: (stack: Stack) => Promise<T>): Promise<T & { seconds: number }> {
  const stack = await startStack({ mode: 'test', log, supervised: true });
  const began = performance.now();
  try {
    const failed = stack.failed.then((failure) => {
      throw failure;
    });
    const done = await Promise.race([work(stack), failed]);
    return { ...done, seconds: Math.round((performance.now() - began) / 1000) };
  } catch (error) {
    log.line(`Logs of the parts: ${stack.logDir}`);
    throw error;
  } finally {
    await stack.stop();
  }
}

function report(result: Result, log: Progress): void {
  const { differences, double_effects: doubled, lost, stuck, seconds, kills, faults, never_filed } = result;
  for (const line of differences) log.line(line);
  for (const mode of never_filed) log.line(`never filed: ${mode}`);
  const { away, ...byProvider } = faults;
  const times = Object.values(byProvider)
    .flatMap((modes) => Object.values(modes))
    .reduce((sum, n) => sum + n, 0);
  log.line(
    `\n${kills} kills, ${times} faults of providers, providers away ${away} times, ${seconds.disturbed} s (undisturbed ${seconds.undisturbed} s): ` +
      `books ${result.books_equal ? 'equal' : 'DIFFER'}, ${doubled} double effects, ${lost} lost, ${stuck} stuck.`,
  );
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError('a whole number, 0 or more');
  return number;
}

const program = new Command('chaos').description(
  'Kill the engine’s parts while a story is played, and compare the books.',
);
program
  .command('story')
  .description('half a year of a store that settles by NP, undisturbed and disturbed')
  .option('--kills <count>', 'how many programs are killed, over the whole story', wholeNumber, 30)
  .option('--seed <number>', 'seed of the random kills and faults', wholeNumber, randomInt(1, 1_000_000))
  .option('--json', 'print the result as one JSON line on standard output, and nothing else there')
  .action(async (options: { kills: number; seed: number; json?: boolean }) => {
    process.exit((await story(options)) ? 0 : 1);
  });

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof SetupError ? `\n${error.message}` : error);
  process.exit(1);
});
