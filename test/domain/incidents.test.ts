import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type IncidentKind, incidentKinds, incidentText, waysOf } from '../../domain/incidents';

const kinds = Object.keys(incidentKinds) as IncidentKind[];
const ROOT = join(__dirname, '../..');

function sources(folder: string, end: string): string[] {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith(end)).map((name) => readFileSync(join(ROOT, folder, name), 'utf8'));
}

/** The scenarios titled `incident a, b: …`. They make these kinds happen from outside and end them. */
const scenarios = sources('test/scenarios', '.test.ts')
  .flatMap((text) => text.split(/^(?=test\b)/m))
  .flatMap((played) => {
    const [, named] = /^test\(\s*'incident ([a-z0-9_, ]+):/.exec(played) ?? [];
    return named === undefined ? [] : [{ kinds: named.split(', '), played }];
  });

/** Whether a person ends the kind this way in a scenario that names it. Without `way`, any way counts. */
function isEnded(kind: IncidentKind, way = ''): boolean {
  const call = new RegExp(`\\brepair\\(\\s*diary,\\s*'${kind}',\\s*${way}`);
  return scenarios.some(({ kinds: named, played }) => named.includes(kind) && call.test(played));
}

/** Whether a scenario that names the kind checks that the engine closes it. */
function isClosed(kind: IncidentKind): boolean {
  const seen = `resolutionOf(diary, '${kind}')`;
  return scenarios.some(({ kinds: named, played }) => named.includes(kind) && played.includes(seen));
}

test.each(kinds)('a scenario makes %s happen and ends it', (kind) => {
  expect(isEnded(kind) || isClosed(kind)).toBe(true);
});

test.each(kinds)('%s: scenarios try each way that the API offers', (kind) => {
  const { how, resolveAs } = waysOf(kind);
  const results = resolveAs === '*' ? [] : resolveAs.map((result) => `\\{ resolve_as: '${result}' \\}`);
  expect([...how.map((way) => `'${way}'`), ...results].filter((way) => !isEnded(kind, way))).toEqual([]);
});

test('scenarios name only kinds that exist, and only those that close themselves are closed by the engine', () => {
  expect(scenarios.flatMap(({ kinds: named }) => named).filter((kind) => !(kind in incidentKinds))).toEqual([]);
  expect(kinds.filter((kind) => isClosed(kind) && !incidentText(kind).closesItself)).toEqual([]);
});

test('the engine opens every kind somewhere', () => {
  const engine = ['activities', 'books', 'dispatch', 'workflows']
    .flatMap((folder) => sources(folder, '.ts'))
    .join('\n');
  const opened = (kind: string) =>
    engine.includes(`'${kind}'`) || (kind.startsWith('mail_') && engine.includes('`mail_${'));
  expect(kinds.filter((kind) => !opened(kind))).toEqual([]);
});

test('a failed step can be retried or skipped; every other incident is closed with free text', () => {
  for (const kind of kinds) {
    const { how, resolveAs } = waysOf(kind);
    if (incidentText(kind).step) expect(how).toEqual(['retry', 'skip']);
    else expect(resolveAs).toBe('*');
  }
});
