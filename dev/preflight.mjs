// Node loads this file before any module that needs a package. It advises `npm ci` where Node itself would only print "Cannot
// find package".
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `Node.js ${process.versions.node} is too old: install 20.19 or later (https://nodejs.org), then: npm ci`,
  );
  process.exit(1);
}
if (!existsSync(join(root, 'node_modules', 'tsx')) || !existsSync(join(root, 'node_modules', 'pg'))) {
  console.error('The packages are not installed. Run: npm ci');
  process.exit(1);
}
