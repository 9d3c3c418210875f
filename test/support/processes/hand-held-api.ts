import { readFileSync } from 'node:fs';
import { startApi } from '../../../api/main';

/* The engine's own API, but a test writes the current time into a file, whose path is in SHIMEBI_TEST_NOW. */

startApi(() => new Date(readFileSync(process.env.SHIMEBI_TEST_NOW!, 'utf8')));
