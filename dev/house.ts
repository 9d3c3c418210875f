import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

/*
 * Checks how files are spread over folders: a folder must be divided before it grows too long to survey. `npm run check` runs it.
 */

const ROOT = path.join(__dirname, '..');
const ROOMS = [
  'activities',
  'api',
  'bench',
  'books',
  'dev',
  'dispatch',
  'documents',
  'domain',
  'prisma',
  'providers',
  'simulators',
  'test',
  'views',
  'worker',
  'workflows',
];
/** The most files that a folder may have. A reader does not take in more at a glance. */
const MOST_FILES = 12;
/** When this many files of a folder begin with the same word, they must move into a folder of that name. */
const PREFIX_USES = 3;

/**
 * @param files paths from the root, with `/`
 * @param reasons folders that may break the rules, each with the reason that CONTRIBUTING.md gives
 * @returns one sentence for each broken rule, and for each reason that is no longer needed
 */
export function treeFaults(files: readonly string[], reasons: ReadonlyMap<string, string>): string[] {
  const folders = new Map<string, Set<string>>();
  for (const file of files) {
    const folder = path.posix.dirname(file);
    const names = folders.get(folder) ?? new Set();
    folders.set(folder, names.add(path.posix.basename(file)));
  }
  const faults = [...folders].flatMap(([folder, names]) => {
    const found = [...tooMany(folder, names), ...prefixes(folder, names)];
    if (!reasons.has(folder)) return found;
    return found.length > 0 ? [] : [`CONTRIBUTING.md gives a reason for ${folder}/, which needs none any more.`];
  });
  const gone = [...reasons.keys()].filter((folder) => !folders.has(folder));
  return [...faults, ...gone.map((folder) => `CONTRIBUTING.md gives a reason for ${folder}/, which does not exist.`)];
}

function tooMany(folder: string, names: ReadonlySet<string>): string[] {
  if (names.size <= MOST_FILES) return [];
  return [
    `${folder}/ has ${names.size} files, more than ${MOST_FILES}: divide it, or give a reason in CONTRIBUTING.md.`,
  ];
}

function prefixes(folder: string, names: ReadonlySet<string>): string[] {
  const uses = new Map<string, Set<string>>();
  for (const name of names) {
    const base = name.split('.')[0]!;
    const prefix = base.split('-')[0]!;
    uses.set(prefix, (uses.get(prefix) ?? new Set()).add(base));
  }
  return [...uses].flatMap(([prefix, bases]) =>
    bases.size < PREFIX_USES
      ? []
      : [`${folder}/ has ${bases.size} files that begin with "${prefix}": make them a folder, ${folder}/${prefix}/.`],
  );
}

/** Folders that may break the rules, each with its reason: the table "Folders with a reason" of CONTRIBUTING.md. */
export function reasonsIn(contributing: string): Map<string, string> {
  const [, section = ''] = contributing.split('## Folders with a reason');
  const rows = section.split('\n## ')[0]!.matchAll(/^\| `([^`]+)\/` +\| (.+?) +\|$/gm);
  return new Map([...rows].map(([, folder, reason]) => [folder!, reason!]));
}

function filesUnder(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesUnder(name) : [name];
  });
}

function main(): void {
  const present = readdirSync(ROOT);
  const files = ROOMS.filter((room) => present.includes(room)).flatMap(filesUnder);
  const faults = treeFaults(files, reasonsIn(readFileSync(path.join(ROOT, 'CONTRIBUTING.md'), 'utf8')));
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length > 0 ? 1 : 0;
}

if (require.main === module) main();
