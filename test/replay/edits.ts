import fc from 'fast-check';
import type { RecordedHistory } from './histories';

/** A kind of change to workflow code that running workflows would not survive. */
interface BreakingChange {
  title: string;
  /** Places of the code that this history passed through, so that replaying it detects the change. */
  places(history: RecordedHistory, code: string): string[];
  /** Changes the bundle, in which modules are objects with long names, while members and local variables keep their names. */
  edit(code: string, place: string): string;
}

export interface Edit {
  title: string;
  /** The place of the change, and the history that must detect it. */
  place: string;
  history: RecordedHistory;
  code: string;
}

type Event = NonNullable<RecordedHistory['history']['events']>[number];

const has = (attributes: keyof Event) => (history: RecordedHistory) =>
  history.history.events!.some((event) => event[attributes]) ? ['anywhere'] : [];

const endsBy = (attributes: keyof Event) => (history: RecordedHistory) =>
  history.type !== 'clock' && history.history.events!.at(-1)![attributes] ? ['anywhere'] : [];

const call = (step: string) => new RegExp(`\\.${step}\\(`, 'g');
/** The call as a statement of its own, whose result is not used. */
const statement = (step: string) => new RegExp(`(\\n\\s*)await ([\\w.]+\\.${step})\\(`, 'g');

/** Whether every call of a step is such a statement. Cached, because the bundle has a megabyte. */
const resultIsUnused = new Map<string, boolean>();
const stepsWithoutResult = (history: RecordedHistory, code: string) =>
  stepsOf(history).filter((step) => {
    if (!resultIsUnused.has(step)) {
      const statements = code.match(statement(step))?.length ?? 0;
      resultIsUnused.set(step, statements > 0 && statements === code.match(call(step))!.length);
    }
    return resultIsUnused.get(step);
  });

/** Ten changes: one for each way to alter the commands that a workflow sends to the server, or their order. */
export const breakingChanges: BreakingChange[] = [
  {
    title: 'an activity renamed',
    places: stepsOf,
    edit: (code, step) => code.replace(call(step), `.${step}Anew(`),
  },
  {
    title: 'two steps swapped',
    places: (history) => pairsOf(stepsOf(history)).map((pair) => pair.join(' ')),
    edit(code, pair) {
      const [one, other] = pair.split(' ') as [string, string];
      const either = new RegExp(`\\.(${one}|${other})\\(`, 'g');
      return code.replace(either, (_, step) => `.${step === one ? other : one}(`);
    },
  },
  {
    title: 'a step left out',
    places: stepsWithoutResult,
    edit: (code, step) => code.replace(statement(step), '$1void ('),
  },
  {
    title: 'a step made twice',
    places: stepsWithoutResult,
    edit: (code, step) => code.replace(statement(step), '$1await $2({}), await $2('),
  },
  {
    title: 'a local activity made a regular one',
    places: has('markerRecordedEventAttributes'),
    edit: (code) => code.replace(/return await local\[step\]\(input\)/g, 'return await regular[step](input)'),
  },
  {
    title: 'a pause before the end',
    places: endsBy('workflowExecutionCompletedEventAttributes'),
    edit: (code) =>
      code.replace(
        /async end\(\) \{([\s\S]*?)\(0,(\w+)\.workflowInfo\)/g,
        'async end() { await (0,$2.sleep)(1000);$1(0,$2.workflowInfo)',
      ),
  },
  {
    title: 'a timer dropped',
    places: has('timerStartedEventAttributes'),
    edit: (code) => code.replace(/\((\w+), \(0,\w+\.timerMs\)\(\w+, \w+\), summary\)/g, '($1)'),
  },
  {
    title: 'a message renamed',
    places: messagesOf,
    edit: (code, message) =>
      code.replace(new RegExp(`((?:define\\w+\\)|\\.on(?:Signal|Command))\\('${message})'`, 'g'), "$1Anew'"),
  },
  {
    title: 'search attributes no longer updated',
    places: has('upsertWorkflowSearchAttributesEventAttributes'),
    edit: (code) => code.replace(/\(0,\w+\.upsertSearchAttributes\)\(\[/g, '((_) => {})(['),
  },
  {
    title: 'no new run when the server suggests one',
    places: endsBy('workflowExecutionContinuedAsNewEventAttributes'),
    edit: (code) => code.replace(/\(0,\w+\.workflowInfo\)\(\)\.continueAsNewSuggested/g, 'false'),
  },
];

/**
 * Makes one edit of each breaking change. The seed chooses the history and the place. The workflow types that fewest changes
 * apply to choose first, so that each type is edited at least once.
 */
export function editsBy(seed: number, corpus: RecordedHistory[], code: string): Edit[] {
  let drawn = 0;
  const draw = <T>(list: T[]): T =>
    fc.sample(fc.constantFrom(...list), { numRuns: 1, seed: seed * 1_000 + (drawn += 1) })[0]!;
  const historiesFor = (change: BreakingChange, type?: string) =>
    corpus.filter((history) => (!type || history.type === type) && change.places(history, code).length > 0);
  const changesFor = (type: string) => breakingChanges.filter((change) => historiesFor(change, type).length > 0);

  const types = [...new Set(corpus.map(({ type }) => type))].sort(
    (a, b) => changesFor(a).length - changesFor(b).length,
  );
  const typeOf = new Map<BreakingChange, string>();
  for (const type of types) {
    const free = changesFor(type).filter((change) => !typeOf.has(change));
    if (free.length > 0) typeOf.set(draw(free), type);
  }
  return breakingChanges.map((change) => {
    const history = draw(historiesFor(change, typeOf.get(change)));
    const place = draw(change.places(history, code));
    return { title: change.title, place: `${place} in ${history.name}`, history, code: change.edit(code, place) };
  });
}

/** The activities of the history in order, without `rest`, which is everywhere. */
function stepsOf({ history }: RecordedHistory): string[] {
  const steps = history.events!.map((event) => {
    const local = event.markerRecordedEventAttributes?.details?.['data']?.payloads?.[0]?.data;
    if (local) return (JSON.parse(Buffer.from(local).toString('utf8')) as { activity_type: string }).activity_type;
    return event.activityTaskScheduledEventAttributes?.activityType?.name;
  });
  return steps.filter((step): step is string => Boolean(step) && step !== 'rest');
}

function pairsOf(steps: string[]): [string, string][] {
  return steps
    .slice(1)
    .flatMap((step, i) => (step === steps[i]! ? [] : [[steps[i]!, step] satisfies [string, string]]));
}

/** Signals and updates that the workflow received. */
function messagesOf({ history }: RecordedHistory): string[] {
  return history.events!.flatMap((event) => {
    const signal = event.workflowExecutionSignaledEventAttributes?.signalName;
    const update = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input?.name;
    return [signal, update].filter((name): name is string => Boolean(name));
  });
}
