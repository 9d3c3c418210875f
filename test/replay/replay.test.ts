import type { temporal } from '@temporalio/proto';
import { DefaultLogger, Runtime, Worker, type WorkflowBundle, makeTelemetryFilterString } from '@temporalio/worker';
import { workflowBundle } from '../../worker/bundle';
import * as workflows from '../../workflows';
import { type Edit, editsBy, ways } from './edits';
import { runs } from '../support/property-runs';
import { type RecordedHistory, asJson, recordedHistories } from './histories';

/** Recorded lives run through today's workflow code: a change that would break running workflows shows here. */

const corpus = recordedHistories();
let bundle: WorkflowBundle;

beforeAll(async () => {
  // The code changed on purpose below is warned of at length.
  const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter } },
    shutdownSignals: [],
  });
  bundle = await workflowBundle();
});

/** Names of the histories that the code can't replay, with why. */
async function failuresOf(
  histories: RecordedHistory[],
  workflowBundle: WorkflowBundle,
): Promise<Record<string, string>> {
  const failures: Record<string, string> = {};
  const given = histories.map(({ name, history }) => ({ workflowId: name, history }));
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, given)) {
    if (error) failures[workflowId] = error.message;
  }
  return failures;
}

describe.each(Object.keys(workflows))('recorded lives of %s', (type) => {
  const lives = corpus.filter((each) => each.type === type);

  // A real store has no clock workflow: its time passes by itself.
  const kinds = type === 'clock' ? ['simulated'] : ['real', 'simulated'];
  test.each(kinds)('two at least of a store with a %s clock', (kind) => {
    const ofKind = lives.filter(({ clock }) => clock === kind);
    expect(ofKind.length).toBeGreaterThanOrEqual(2);
    for (const { history } of ofKind) expect(history.events!.length).toBeGreaterThan(3);
  });

  // The others wait for a month at most, and never grow long.
  const long = ['order', 'account', 'directDebit', 'debitRun'].includes(type);
  if (long)
    test('one that ends by beginning anew, and one that begins with what was handed over', () => {
      expect(lives.filter(({ begunAnew }) => begunAnew)).not.toEqual([]);
      expect(
        lives.filter(({ history }) => endsBy(history, 'workflowExecutionContinuedAsNewEventAttributes')),
      ).not.toEqual([]);
    });
});

test('nothing is recorded of a type that is no more, and real clocks have rung by timers', () => {
  expect(new Set(corpus.map(({ type }) => type))).toEqual(new Set(Object.keys(workflows)));
  const rung = corpus.filter(({ history }) => history.events!.some((event) => event.timerFiredEventAttributes));
  expect(new Set(rung.map(({ clock }) => clock))).toEqual(new Set(['real']));
  expect(new Set(rung.map(({ type }) => type))).toEqual(new Set(['order', 'directDebit', 'monthlyClose', 'debitRun']));
});

test('every recorded history replays', async () => {
  expect(await failuresOf(corpus, bundle)).toEqual({});
});

test('histories hold ids and yen, no name and no mail address', () => {
  for (const { name, history } of corpus) {
    const text = JSON.stringify(asJson(history)).replace(/"data":"([^"]*)"/g, (_, data: string) =>
      Buffer.from(data, 'base64').toString('utf8'),
    );
    expect([name, /[^"\s]+@[^"\s]+\.example\.jp|株式会社|渋谷/.exec(text)?.[0]]).toEqual([name, undefined]);
  }
});

const SEEDS = Array.from({ length: runs(1, 5).numRuns }, (_, i) => i + 1);

describe.each(SEEDS)('edits that running workflows would not survive, by seed %i', (seed) => {
  let code: string;
  let edits: Edit[];
  beforeAll(() => {
    code = 'code' in bundle ? bundle.code : '';
    edits = editsBy(seed, corpus, code);
  });

  test.each(ways.map(({ says }) => says))('%s: found out by a recorded life', async (says) => {
    const edit = edits.find((each) => each.says === says)!;
    expect(edit.code).not.toBe(code);
    expect(await failuresOf([edit.history], bundle)).toEqual({});
    const why = (await failuresOf([edit.history], { code: edit.code }))[edit.history.name];
    // Not because the edited code doesn't run: because it asks for something else than it did then.
    expect([edit.place, why]).toEqual([edit.place, expect.stringMatching(/nondeterminism/i)]);
  });

  test('every type of workflow is edited', () => {
    expect(new Set(edits.map(({ history }) => history.type))).toEqual(new Set(Object.keys(workflows)));
  });
});

function endsBy({ events }: RecordedHistory['history'], attributes: keyof temporal.api.history.v1.IHistoryEvent) {
  return Boolean(events!.at(-1)![attributes]);
}
