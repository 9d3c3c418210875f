import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type IncidentKind, incidentKinds, incidentText, waysOf } from '../../domain/incidents';

const kinds = Object.keys(incidentKinds) as IncidentKind[];
const ROOT = join(__dirname, '../..');

function sources(folder: string, end: string): string[] {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith(end)).map((name) => readFileSync(join(ROOT, folder, name), 'utf8'));
}

/** `incident a, b: …` in the title of a test that makes them happen. */
const played = sources('test', '.test.ts').flatMap((text) =>
  [...text.matchAll(/test\(\s*'incident ([a-z0-9_, ]+):/g)].flatMap(([, named]) => named!.split(', ')),
);

/** `card_collection` only comes of a day without SBPS, or of books that refuse every receipt: not played yet. */
const unplayed: IncidentKind[] = ['card_collection'];

test.each(kinds.filter((kind) => !unplayed.includes(kind)))('%s is made to happen by a test that names it', (kind) => {
  expect(played).toContain(kind);
});

test('tests name no kind that is gone', () => {
  expect(played.filter((kind) => !(kind in incidentKinds))).toEqual([]);
});

test('every kind is opened somewhere in the engine', () => {
  const engine = ['activities', 'workflows', 'worker'].flatMap((folder) => sources(folder, '.ts')).join('\n');
  const opened = (kind: string) =>
    engine.includes(`'${kind}'`) || (kind.startsWith('mail_') && engine.includes('`mail_${'));
  expect(kinds.filter((kind) => !opened(kind))).toEqual([]);
});

test('a step can be tried again and gone on without; what only tells is closed in words', () => {
  for (const kind of kinds) {
    const { how, resolveAs } = waysOf(kind);
    if (incidentText(kind).step) expect(how).toEqual(['retry', 'skip']);
    else expect(resolveAs).toBe('*');
  }
});
