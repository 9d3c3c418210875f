import { existsSync, statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { SetupError } from './progress';

/**
 * The free room, in MB, without which nothing is started. A played story takes 75 MB. PostgreSQL's write-ahead log grows by some
 * hundred MB while the engine runs, and PostgreSQL stops when it cannot write.
 */
export const NEEDED_MB = 500;

/** Free megabytes on the volume of a folder, which need not exist yet. */
export function freeMb(folder: string): number {
  let existing = resolve(folder);
  while (!existsSync(existing)) existing = dirname(existing);
  const { bavail, bsize } = statfsSync(existing);
  return Math.floor((bavail * bsize) / 1_000_000);
}

/** Advice for a volume that is full, or nearly full. */
export function makeRoom(folder: string): string {
  return `make room: ${NEEDED_MB} MB are needed at ${folder} (removing it clears old data), or name a folder with room in SHIMEBI_STATE`;
}

/** Checks the volume before anything is written to it. @throws SetupError when the volume has too little room */
export function requireRoom(folder: string): void {
  const free = freeMb(folder);
  if (free < NEEDED_MB) throw new SetupError(`Only ${free} MB are free for ${folder}: ${makeRoom(folder)}.`);
}
