import { randomInt } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { Chance } from './chaos/chance';
import { Outside, type Tally } from './chaos/faults';
import { planKills } from './chaos/kills';
import { play } from './chaos/play';
import { type Verdict, broken, compare } from './chaos/verdict';
import { stopServicesOnExit } from './processes';
import { type Progress, SetupError, createProgress } from './progress';
import { type Stack, startStack } from './stack';

/** What the run comes to, as its last line tells with `--json`. */
interface Result extends Verdict {
  chaos: 'story';
  seed: number;
  kills: number;
  /** Those that were met, by provider and mode; `away`: how often a provider closed its port. */
  faults: Partial<Tally> & { away: number };
  /** What was to go wrong and never had a chance to: none in a run that counts. */
  never_filed: string[];
  seconds: { undisturbed: number; disturbed: number };
}

/**
 * `npm run chaos -- story`: the story played twice, each time on parts of its own: once undisturbed, once while they are killed
 * and the outside misbehaves. Both must leave the same books.
 */
async function story(options: { kills: number; seed: number; json?: boolean }): Promise<boolean> {
  const { kills: count, seed } = options;
  const log = createProgress(options.json ? process.stderr : process.stdout);
  stopServicesOnExit();
  log.line(`Seed ${seed}: --seed ${seed} plans the same kills and faults again.`);
  const says = (line: string) => log.line(`  ${line}`);
  const undisturbed = await log.step('Playing the story undisturbed', () => timed(log, (stack) => play(stack, says)));

  const chance = new Chance(seed);
  const kills = planKills(count, undisturbed.durations, chance);
  let outside: Outside | undefined;
  let met: Tally | undefined;
  let made = 0;
  const began = performance.now();
  const verdict = await log
    .step(`Playing it with ${count} kills`, () =>
      timed(log, async (stack) => {
        const disturbed = await play(stack, says, {
          kills,
          outside: (world) => (outside = new Outside(world, chance)),
          tell: (line) => log.line(`    kill ${(made += 1)}: ${line}`),
        });
        met = await outside?.met();
        return disturbed;
      }),
    )
    .then(({ outcome }) => compare(undisturbed.outcome, outcome), broken);
  const result: Result = {
    chaos: 'story',
    seed,
    kills: made,
    ...verdict,
    faults: { ...met, away: outside?.timesAway ?? 0 },
    never_filed: outside?.neverFiled ?? [],
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
  const { away, ...met } = faults;
  const times = Object.values(met)
    .flatMap((modes) => Object.values(modes))
    .reduce((sum, n) => sum + n, 0);
  log.line(
    `\n${kills} kills, ${times} faults met outside, ${away} times a provider away, ${seconds.disturbed} s (undisturbed ${seconds.undisturbed} s): ` +
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
  .option('--seed <number>', 'chance of kills and faults', wholeNumber, randomInt(1, 1_000_000))
  .option('--json', 'one JSON line with the result last on standard output, and nothing else there')
  .action(async (options: { kills: number; seed: number; json?: boolean }) => {
    process.exit((await story(options)) ? 0 : 1);
  });

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof SetupError ? `\n${error.message}` : error);
  process.exit(1);
});
