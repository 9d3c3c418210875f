import { randomInt } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { Chance } from './chaos/chance';
import { Outside } from './chaos/faults';
import { planKills } from './chaos/kills';
import { play } from './chaos/play';
import { type Verdict, compare } from './chaos/verdict';
import { stopServicesOnExit } from './processes';
import { type Progress, SetupError, createProgress } from './progress';
import { type Stack, startStack } from './stack';

/** What the run comes to, as its last line tells with `--json`. */
interface Result extends Verdict {
  chaos: 'story';
  seed: number;
  kills: number;
  faults: number;
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
  let outside!: Outside;
  let made = 0;
  const disturbed = await log.step(`Playing it with ${count} kills`, () =>
    timed(log, (stack) =>
      play(stack, says, {
        kills,
        outside: (world) => (outside = new Outside(world, chance)),
        tell: (line) => log.line(`    kill ${(made += 1)}: ${line}`),
      }),
    ),
  );
  const result: Result = {
    chaos: 'story',
    seed,
    kills: made,
    ...compare(undisturbed.outcome, disturbed.outcome),
    faults: outside.filed.length,
    seconds: { undisturbed: undisturbed.seconds, disturbed: disturbed.seconds },
  };
  if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else report(result, log);
  const { books_equal: equal, double_effects: doubled, lost, stuck } = result;
  return equal && doubled + lost + stuck === 0;
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
  const { differences, double_effects: doubled, lost, stuck, seconds, kills, faults } = result;
  for (const line of differences) log.line(line);
  log.line(
    `\n${kills} kills, ${faults} faults outside, ${seconds.disturbed} s (undisturbed ${seconds.undisturbed} s): ` +
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
