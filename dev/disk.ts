import { existsSync, statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { SetupError } from './progress';

/** A played story takes 75 MB; PostgreSQL's log of changes grows by some hundreds in a session, and it stops when it can't write. */
export const NEEDED_MB = 500;

/** Megabytes free where a folder is, or will be made: it may be a volume of its own. */
export function freeMb(folder: string): number {
  let place = resolve(folder);
  while (!existsSync(place)) place = dirname(place);
  const { bavail, bsize } = statfsSync(place);
  return Math.floor((bavail * bsize) / 1_000_000);
}

/** What to do about a volume that is full, or nearly. */
export function makeRoom(folder: string): string {
  return `make room: ${NEEDED_MB} MB are needed at ${folder} (removing it clears old data), or name a folder with room in SHIMEBI_STATE`;
}

/** @throws SetupError before anything is written where it would not fit */
export function requireRoom(folder: string): void {
  const free = freeMb(folder);
  if (free < NEEDED_MB) throw new SetupError(`Only ${free} MB are free for ${folder}: ${makeRoom(folder)}.`);
}
