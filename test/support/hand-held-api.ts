import { readFileSync } from 'node:fs';
import type * as api from '../../api/app';

/* The engine's own API, but what time it is stands in a file that the test writes: SHIMEBI_TEST_NOW. */

const now = () => new Date(readFileSync(process.env.SHIMEBI_TEST_NOW!, 'utf8'));

/* eslint-disable @typescript-eslint/no-require-imports -- main takes createApi as it is loaded, so the other is put in its place before. */
const file = require.resolve('../../api/app');
const app = require(file) as typeof api;
require.cache[file]!.exports = { ...app, createApi: (options: api.ApiOptions) => app.createApi({ ...options, now }) };
require('../../api/main');
