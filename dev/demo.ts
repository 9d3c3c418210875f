import { Command, Option } from 'commander';
import { stopServicesOnExit } from './services/processes';
import { SetupError, createProgress } from './services/progress';
import { type Stack, startStack } from './services/stack';
import { EventReader } from './story/events';
import { InHouseStory } from './story/in-house';
import { Story } from './story/story';
import { Timeline } from './story/timeline';
import { World } from './story/world';

const STORY_BEGINS = '2026-10-01';

/** `npm run demo`: starts everything with embedded defaults, plays the story through the public API, and runs until Ctrl-C. */
async function main(): Promise<void> {
  const options = new Command('demo')
    .description(
      'Play half a year of a store through the public API, on PostgreSQL, Temporal and simulators started here.',
    )
    .addOption(
      new Option('--store <kind>', 'the store settles by NP, or in house: it then bills and collects by itself')
        .choices(['np', 'in-house'])
        .default('np'),
    )
    .option('--exit', 'stop after the story')
    .option('--json', 'print one JSON object per event and nothing else on standard output')
    .parse()
    .opts<{ store: 'np' | 'in-house'; exit?: boolean; json?: boolean }>();
  const log = createProgress(options.json ? process.stderr : process.stdout);
  stopServicesOnExit();
  const stack = await startStack({ mode: 'demo', log });
  const failed = stack.failed.then((failure) => {
    throw failure;
  });
  try {
    const played = await Promise.race([play(stack, log, options), failed]);
    if (!options.exit) {
      log.line(urls(stack));
      log.line(curlVariables(stack, played));
      log.line('\nCtrl-C stops everything.');
      await failed;
    }
  } finally {
    await stack.stop();
  }
}

interface Played {
  world: World;
  story: Story;
}

async function play(
  stack: Stack,
  log: ReturnType<typeof createProgress>,
  { store, json = false }: { store: 'np' | 'in-house'; json?: boolean },
): Promise<Played> {
  const began = performance.now();
  const inHouse = store === 'in-house';
  const title = `Creating a store that settles ${inHouse ? 'in house' : 'by NP'}, clock at ${STORY_BEGINS}`;
  const world = await log.step(title, () =>
    World.create(stack, { now: STORY_BEGINS, settlement: inHouse ? 'in_house' : 'np' }),
  );
  const story = inHouse ? new InHouseStory(world) : new Story(world);
  await log.step('Putting plans on sale, registering six buyers', () => story.prepare());
  const reader = new EventReader(world);
  const timeline = new Timeline((line) => log.line(line), process.stdout.isTTY && !json, stack.apiUrl);
  const printNewEvents = async () => {
    for (const event of await reader.fresh()) {
      if (json) process.stdout.write(`${JSON.stringify(event)}\n`);
      else timeline.event(event);
    }
  };
  for (const step of story.steps()) {
    await world.until(step.at);
    await printNewEvents();
    if (!json) timeline.action(step.at, step.title);
    await step.act();
    await printNewEvents();
  }
  log.line(`\nThe story took ${((performance.now() - began) / 1000).toFixed(1)} s.`);
  return { world, story };
}

function urls(stack: Stack): string {
  return `
  API            ${stack.apiUrl}/v1/openapi.json
  Temporal UI    ${stack.temporalUiUrl ?? `(none here: external server ${stack.temporalAddress})`}
  Mail inbox     ${stack.resendUrl}
  Admin API key  ${stack.adminApiKey}`;
}

/** The variables that the README's curl commands use. KEY is the operator's, who may place orders and read everything. */
function curlVariables(stack: Stack, { world, story }: Played): string {
  const { accountId, planId } = story.sampleOrder();
  return `
To go on with the story's store (README.md), paste into another terminal:

  export API=${stack.apiUrl}
  export KEY=${world.keyOf('operator')}
  export ACCOUNT=${accountId} PLAN=${planId}`;
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof SetupError ? `\n${error.message}` : error);
    process.exit(1);
  },
);
