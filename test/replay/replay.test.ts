import { DefaultLogger, Runtime, Worker, type WorkflowBundle, makeTelemetryFilterString } from '@temporalio/worker';
import { workflowBundle } from '../../worker/bundle';
import * as workflows from '../../workflows';
import { edits } from './edits';
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

test('each workflow type has a recorded history at least', () => {
  expect(new Set(corpus.map(({ type }) => type))).toEqual(new Set(Object.keys(workflows)));
  for (const { history } of corpus) expect(history.events!.length).toBeGreaterThan(3);
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

test.each(edits)('$says: found out by the recorded lives', async ({ types, from, to }) => {
  const code = 'code' in bundle ? bundle.code : '';
  const changed = code.replace(from, to);
  expect(changed).not.toBe(code);
  const failures = Object.entries(await failuresOf(corpus.filter(concerned(types)), { code: changed }));
  // Not because the edited code doesn't run: because it asks for something else than it did then.
  for (const [, why] of failures) expect(why).toMatch(/nondeterminism/i);
  expect(new Set(failures.map(([name]) => name.split('.')[0]))).toEqual(new Set(types));
});

const concerned = (types: string[]) => (history: RecordedHistory) => types.includes(history.type);
