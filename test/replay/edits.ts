import fc from 'fast-check';
import type { RecordedHistory } from './histories';

/** A way in which workflow code changes by a refactoring that running workflows would not survive. */
interface Way {
  says: string;
  /** Where a recorded life would find it out: what it went through, in the words of the code. */
  places(history: RecordedHistory, code: string): string[];
  /** Of the bundle: modules are objects with long names there, members and locals keep theirs. */
  edit(code: string, place: string): string;
}

export interface Edit {
  says: string;
  /** Where, and by which life it is to be found out. */
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
/** The call as a statement of its own: nobody asks for its result. */
const statement = (step: string) => new RegExp(`(\\n\\s*)await ([\\w.]+\\.${step})\\(`, 'g');

/** Steps that are such a statement wherever they are called; each looked for once in a bundle of a megabyte. */
const alone = new Map<string, boolean>();
const aloneIn = (history: RecordedHistory, code: string) =>
  stepsOf(history).filter((step) => {
    if (!alone.has(step)) {
      const statements = code.match(statement(step))?.length ?? 0;
      alone.set(step, statements > 0 && statements === code.match(call(step))!.length);
    }
    return alone.get(step);
  });

/** Ten of them, one of each way to change what a workflow asks of the server, and in which order. */
export const ways: Way[] = [
  {
    says: 'an activity renamed',
    places: stepsOf,
    edit: (code, step) => code.replace(call(step), `.${step}Anew(`),
  },
  {
    says: 'two steps swapped',
    places: (history) => pairsOf(stepsOf(history)).map((pair) => pair.join(' ')),
    edit(code, pair) {
      const [one, other] = pair.split(' ') as [string, string];
      const either = new RegExp(`\\.(${one}|${other})\\(`, 'g');
      return code.replace(either, (_, step) => `.${step === one ? other : one}(`);
    },
  },
  {
    says: 'a step left out',
    places: aloneIn,
    edit: (code, step) => code.replace(statement(step), '$1void ('),
  },
  {
    says: 'a step made twice',
    places: aloneIn,
    edit: (code, step) => code.replace(statement(step), '$1await $2({}), await $2('),
  },
  {
    says: 'a local activity made a regular one',
    places: has('markerRecordedEventAttributes'),
    edit: (code) => code.replace(/return await local\[step\]\(input\)/g, 'return await regular[step](input)'),
  },
  {
    says: 'a pause before the end',
    places: endsBy('workflowExecutionCompletedEventAttributes'),
    edit: (code) =>
      code.replace(
        /async end\(\) \{([\s\S]*?)\(0,(\w+)\.workflowInfo\)/g,
        'async end() { await (0,$2.sleep)(1000);$1(0,$2.workflowInfo)',
      ),
  },
  {
    says: 'a timer dropped',
    places: has('timerStartedEventAttributes'),
    edit: (code) => code.replace(/\(stirred, Math\.max\([\s\S]*?, summary\)/g, '(stirred)'),
  },
  {
    says: 'a message that goes by another name',
    places: messagesOf,
    edit: (code, message) =>
      code.replace(new RegExp(`((?:define\\w+\\)|\\.on(?:Signal|Command))\\('${message})'`, 'g'), "$1Anew'"),
  },
  {
    says: 'search attributes no longer told',
    places: has('upsertWorkflowSearchAttributesEventAttributes'),
    edit: (code) => code.replace(/\(0,\w+\.upsertSearchAttributes\)\(\[/g, '((_) => {})(['),
  },
  {
    says: 'no new run when one is suggested',
    places: endsBy('workflowExecutionContinuedAsNewEventAttributes'),
    edit: (code) => code.replace(/\(0,\w+\.workflowInfo\)\(\)\.continueAsNewSuggested/g, 'false'),
  },
];

/**
 * One edit of each way; the seed chooses the life and the place. The types with the fewest ways choose first, so that each is
 * edited once at least.
 */
export function editsBy(seed: number, corpus: RecordedHistory[], code: string): Edit[] {
  let drawn = 0;
  const draw = <T>(list: T[]): T =>
    fc.sample(fc.constantFrom(...list), { numRuns: 1, seed: seed * 1_000 + (drawn += 1) })[0]!;
  const livesFor = (way: Way, type?: string) =>
    corpus.filter((life) => (!type || life.type === type) && way.places(life, code).length > 0);
  const waysFor = (type: string) => ways.filter((way) => livesFor(way, type).length > 0);

  const types = [...new Set(corpus.map(({ type }) => type))].sort((a, b) => waysFor(a).length - waysFor(b).length);
  const typeOf = new Map<Way, string>();
  for (const type of types) {
    const free = waysFor(type).filter((way) => !typeOf.has(way));
    if (free.length > 0) typeOf.set(draw(free), type);
  }
  return ways.map((way) => {
    const history = draw(livesFor(way, typeOf.get(way)));
    const place = draw(way.places(history, code));
    return { says: way.says, place: `${place} in ${history.name}`, history, code: way.edit(code, place) };
  });
}

/** Activities of the life in their order, without coming to rest, which is everywhere. */
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

/** Signals and updates that the life has taken. */
function messagesOf({ history }: RecordedHistory): string[] {
  return history.events!.flatMap((event) => {
    const signal = event.workflowExecutionSignaledEventAttributes?.signalName;
    const update = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input?.name;
    return [signal, update].filter((name): name is string => Boolean(name));
  });
}
