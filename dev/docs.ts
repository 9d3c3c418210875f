import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { waitLabels } from '../workflows/contracts/waits';
import { renderErrors } from './docs/errors';
import { renderIncidents } from './docs/incidents';
import { renderLifecycles } from './docs/lifecycles';
import { renderOperations } from './docs/operations';

/** `npm run docs` writes the pages that follow from tables in the code; `--check` only says whether all pages are up to date. */
const ROOT = path.join(__dirname, '..');
const DOCS = path.join(ROOT, 'docs');

const generated = {
  'lifecycle.md': renderLifecycles,
  'errors.md': renderErrors,
  'incidents.md': renderIncidents,
  'api-operations.md': renderOperations,
};

new Command('docs')
  .description('Writes the pages of docs/ that follow from tables in domain/ and from the routes of api/')
  .option('--check', 'write nothing; fail when a page is out of date')
  .action((options: { check?: true }, program: Command) => {
    for (const [name, render] of Object.entries(generated)) {
      if (!options.check) writeFileSync(path.join(DOCS, name), render());
      else if (read(name) !== render()) program.error(`docs/${name} is out of date: run \`npm run docs\``);
    }
    const unexplained = waitsWithoutWords();
    if (unexplained.length > 0)
      program.error(`docs/operations.md does not say what these waits mean: ${unexplained.join(', ')}`);
    const dead = deadLinks();
    if (dead.length > 0) program.error(`links that lead nowhere:\n${dead.join('\n')}`);
  })
  .parse();

/** What an operator sees in the Temporal UI must be found in the handbook; its table is written by hand. */
function waitsWithoutWords(): string[] {
  const handbook = read('operations.md') ?? '';
  return Object.keys(waitLabels).filter((wait) => !handbook.includes(`\`${wait}\``));
}

/** Links to files of this repository, in every page; what follows # is not looked at. */
function deadLinks(): string[] {
  const pages = readdirSync(DOCS, { recursive: true, encoding: 'utf8' }).map((name) => path.join('docs', name));
  return [...readdirSync(ROOT), ...pages]
    .filter((page) => page.endsWith('.md'))
    .flatMap((page) =>
      [...readFileSync(path.join(ROOT, page), 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
        .map(([, link]) => link!)
        .filter((link) => !existsSync(path.join(ROOT, path.dirname(page), link)))
        .map((link) => `${page}: ${link}`),
    );
}

function read(name: string): string | null {
  const file = path.join(DOCS, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}
