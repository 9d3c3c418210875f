import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { type BundleOptions, type WorkflowBundle, bundleWorkflowCode } from '@temporalio/worker';

type WebpackConfig = Parameters<NonNullable<BundleOptions['webpackConfigHook']>>[0];

const ROOT = resolve(__dirname, '..');
/** The folders with all code that workflows may import. ESLint forbids other imports. */
const SOURCES = ['workflows', 'domain'];
/** The only module of the workflows that a test may replace. */
const TIMING = require.resolve('../workflows/lib/timing');

/**
 * Bundles the code of all workflows. The bundle is cached in a file that is named by a hash of its sources, because webpack takes
 * 3–6 s to make it, and reading the file takes 20 ms.
 * @param options.timing for tests: path of a module that takes the place of workflows/lib/timing.ts
 */
export async function workflowBundle({ timing }: { timing?: string } = {}): Promise<WorkflowBundle> {
  const folder = join(ROOT, 'node_modules', '.cache', 'shimebi');
  const file = join(folder, `workflows-${sourceHash(timing)}.js`);
  if (!existsSync(file)) {
    const { code } = await bundleWorkflowCode({
      workflowsPath: join(ROOT, 'workflows', 'index.ts'),
      workflowInterceptorModules: [join(ROOT, 'workflows', 'lib', 'failure.ts')],
      ...(timing && { webpackConfigHook: (config) => replaceModule(config, TIMING, timing) }),
    });
    mkdirSync(folder, { recursive: true });
    const half = `${file}.${process.pid}`;
    writeFileSync(half, code);
    renameSync(half, file);
  }
  return { code: readFileSync(file, 'utf8') };
}

function replaceModule(config: WebpackConfig, file: string, by: string): WebpackConfig {
  const alias = { ...config.resolve?.alias, [`${file}$`]: by };
  return { ...config, resolve: { ...config.resolve, alias } };
}

function sourceHash(timing?: string): string {
  const hash = createHash('sha256')
    .update(readFileSync(__filename))
    .update(readFileSync(join(ROOT, 'package-lock.json')));
  if (timing) hash.update(timing).update(readFileSync(timing));
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
