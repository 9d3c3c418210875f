import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { type WorkflowBundle, bundleWorkflowCode } from '@temporalio/worker';

const ROOT = resolve(__dirname, '..');
/** What workflow code consists of; its borders are held by lint. */
const SOURCES = ['workflows', 'domain'];

/** The workflows as one bundle, kept under its sources' hash: webpack takes 3–6 s, reading it 20 ms. */
export async function workflowBundle(): Promise<WorkflowBundle> {
  const folder = join(ROOT, 'node_modules', '.cache', 'shimebi');
  const file = join(folder, `workflows-${sourceHash()}.js`);
  if (!existsSync(file)) {
    const { code } = await bundleWorkflowCode({
      workflowsPath: join(ROOT, 'workflows', 'index.ts'),
      workflowInterceptorModules: [join(ROOT, 'workflows', 'lib', 'failure.ts')],
    });
    mkdirSync(folder, { recursive: true });
    const half = `${file}.${process.pid}`;
    writeFileSync(half, code);
    renameSync(half, file);
  }
  return { code: readFileSync(file, 'utf8') };
}

function sourceHash(): string {
  const hash = createHash('sha256')
    .update(readFileSync(__filename))
    .update(readFileSync(join(ROOT, 'package-lock.json')));
  for (const source of SOURCES) {
    for (const entry of readdirSync(join(ROOT, source), { recursive: true, withFileTypes: true }).sort((a, b) =>
      join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1,
    )) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      hash.update(relative(ROOT, path)).update(readFileSync(path));
    }
  }
  return hash.digest('hex').slice(0, 16);
}
