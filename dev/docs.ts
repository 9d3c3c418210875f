import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { waitLabels } from '../workflows/contracts/waits';
import { renderErrors } from './docs/errors';
import { renderIncidents } from './docs/incidents';
import { renderLifecycles } from './docs/lifecycles';
import { renderOperations } from './docs/operations';

/**
 * `npm run docs` writes the pages that are generated from tables in the code. `--check` only reports pages that are out of date.
 */
const ROOT = path.join(__dirname, '..');
const DOCS = path.join(ROOT, 'docs');

const generated = {
  'lifecycle.md': renderLifecycles,
  'errors.md': renderErrors,
  'incidents.md': renderIncidents,
  'api-operations.md': renderOperations,
};

new Command('docs')
  .description('Writes the pages of docs/ that are generated from tables in domain/ and from the routes of api/')
  .option('--check', 'write nothing; fail when a page is out of date')
  .action((options: { check?: true }, program: Command) => {
    for (const [name, render] of Object.entries(generated)) {
      if (!options.check) writeFileSync(path.join(DOCS, name), render());
      else if (read(name) !== render()) program.error(`docs/${name} is out of date: run \`npm run docs\``);
    }
    const unexplained = unexplainedWaits();
    if (unexplained.length > 0)
      program.error(`docs/operations.md does not say what these waits mean: ${unexplained.join(', ')}`);
    const dead = deadLinks();
    if (dead.length > 0) program.error(`links that lead nowhere:\n${dead.join('\n')}`);
    const missing = missingPaths();
    if (missing.length > 0) program.error(`pages name files that do not exist:\n${missing.join('\n')}`);
  })
  .parse();

/**
 * Names of waits (states in which a workflow waits) that docs/operations.md does not explain. Operators see them in the Temporal
 * UI, and the page is written by hand.
 */
function unexplainedWaits(): string[] {
  const handbook = read('operations.md') ?? '';
  return Object.keys(waitLabels).filter((wait) => !handbook.includes(`\`${wait}\``));
}

/** Dead links to files of this repository, in every page. Anchors (#) are not checked. */
function deadLinks(): string[] {
  return inPages(/\]\((?!https?:|#)([^)#\s]+)/g, (link, page) => existsSync(path.join(ROOT, path.dirname(page), link)));
}

/**
 * Paths in backticks that do not exist: `room/file.ts` and `room/folder/`, where a room is a folder at the root. Patterns such as
 * `room/<context>/` or `room/*.ts` are not checked.
 */
function missingPaths(): string[] {
  const rooms = new Set(readdirSync(ROOT));
  return inPages(
    /`([a-z-]+\/(?:[\w./-]+\/)?(?:[\w.-]+\.ts)?)`/g,
    (name) => !rooms.has(name.split('/')[0]!) || existsSync(path.join(ROOT, name)),
  );
}

/** Each text in a page that `pattern` captures and `isFine` rejects, as `page: text`. */
function inPages(pattern: RegExp, isFine: (text: string, page: string) => boolean): string[] {
  const pages = readdirSync(DOCS, { recursive: true, encoding: 'utf8' }).map((name) => path.join('docs', name));
  return [...readdirSync(ROOT), ...pages]
    .filter((page) => page.endsWith('.md'))
    .flatMap((page) =>
      [...readFileSync(path.join(ROOT, page), 'utf8').matchAll(pattern)]
        .map(([, text]) => text!)
        .filter((text) => !isFine(text, page))
        .map((text) => `${page}: ${text}`),
    );
}

function read(name: string): string | null {
  const file = path.join(DOCS, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}
