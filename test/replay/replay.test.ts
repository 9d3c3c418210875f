import type { temporal } from '@temporalio/proto';
import { DefaultLogger, Runtime, Worker, type WorkflowBundle, makeTelemetryFilterString } from '@temporalio/worker';
import { workflowBundle } from '../../worker/bundle';
import * as workflows from '../../workflows';
import { type Edit, breakingChanges, editsBy } from './edits';
import { runs } from '../support/property-runs';
import { type RecordedHistory, asJson, recordedHistories } from './histories';

/** Replays recorded histories with the current workflow code. A change that would break running workflows fails here. */

const corpus = recordedHistories();
let bundle: WorkflowBundle;

beforeAll(async () => {
  // The SDK logs long warnings about the code that is broken on purpose below.
  const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter } },
    shutdownSignals: [],
  });
  bundle = await workflowBundle();
});

/** Names of the histories that the code cannot replay, with the reason. */
async function failuresOf(
  histories: RecordedHistory[],
  workflowBundle: WorkflowBundle,
): Promise<Record<string, string>> {
  const failures: Record<string, string> = {};
  const input = histories.map(({ name, history }) => ({ workflowId: name, history }));
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, input)) {
    if (error) failures[workflowId] = error.message;
  }
  return failures;
}

describe.each(Object.keys(workflows))('recorded histories of %s', (type) => {
  const ofType = corpus.filter((each) => each.type === type);

  // A real store has no clock workflow.
  const kinds = type === 'clock' ? ['simulated'] : ['real', 'simulated'];
  test.each(kinds)('at least two are of stores with a %s clock', (kind) => {
    const ofKind = ofType.filter(({ clock }) => clock === kind);
    expect(ofKind.length).toBeGreaterThanOrEqual(2);
    for (const { history } of ofKind) expect(history.events!.length).toBeGreaterThan(3);
  });

  // The other types end within a month or so, and never need a second run.
  const mayContinue = ['order', 'account', 'directDebit', 'debitRun'].includes(type);
  if (mayContinue)
    test('one ends by continuing as new, and one is such a continuation', () => {
      expect(ofType.filter(({ continued }) => continued)).not.toEqual([]);
      expect(
        ofType.filter(({ history }) => endsBy(history, 'workflowExecutionContinuedAsNewEventAttributes')),
      ).not.toEqual([]);
    });
});

test('every recorded type still exists, and only stores with a real clock have timers', () => {
  expect(new Set(corpus.map(({ type }) => type))).toEqual(new Set(Object.keys(workflows)));
  const withTimers = corpus.filter(({ history }) => history.events!.some((event) => event.timerFiredEventAttributes));
  expect(new Set(withTimers.map(({ clock }) => clock))).toEqual(new Set(['real']));
  expect(new Set(withTimers.map(({ type }) => type))).toEqual(
    new Set(['order', 'directDebit', 'monthlyClose', 'debitRun']),
  );
});

test('every recorded history replays', async () => {
  expect(await failuresOf(corpus, bundle)).toEqual({});
});

test('histories contain ids and amounts, but no names and no mail addresses', () => {
  for (const { name, history } of corpus) {
    const text = JSON.stringify(asJson(history)).replace(/"data":"([^"]*)"/g, (_, data: string) =>
      Buffer.from(data, 'base64').toString('utf8'),
    );
    expect([name, /[^"\s]+@[^"\s]+\.example\.jp|株式会社|渋谷/.exec(text)?.[0]]).toEqual([name, undefined]);
  }
});

const SEEDS = Array.from({ length: runs(1, 5).numRuns }, (_, i) => i + 1);

describe.each(SEEDS)('breaking changes, seed %i', (seed) => {
  let code: string;
  let edits: Edit[];
  beforeAll(() => {
    code = 'code' in bundle ? bundle.code : '';
    edits = editsBy(seed, corpus, code);
  });

  test.each(breakingChanges.map(({ title }) => title))('%s: a recorded history detects it', async (title) => {
    const edit = edits.find((each) => each.title === title)!;
    expect(edit.code).not.toBe(code);
    expect(await failuresOf([edit.history], bundle)).toEqual({});
    const failure = (await failuresOf([edit.history], { code: edit.code }))[edit.history.name];
    // The edited code must run, and send other commands than the recorded ones.
    expect([edit.place, failure]).toEqual([edit.place, expect.stringMatching(/nondeterminism/i)]);
  });

  test('every workflow type is edited', () => {
    expect(new Set(edits.map(({ history }) => history.type))).toEqual(new Set(Object.keys(workflows)));
  });
});

function endsBy({ events }: RecordedHistory['history'], attributes: keyof temporal.api.history.v1.IHistoryEvent) {
  return Boolean(events!.at(-1)![attributes]);
}
