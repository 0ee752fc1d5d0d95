// Makes a directory and those above it, one at a time.
import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a directory and those above it that do not exist. `mkdirSync` with `recursive` does not end below /proc on
 * Node 20, where mkdir(2) answers ENOENT in a directory that exists.
 * @throws The error of node:fs.
 */
export function makeDirectory(path: string): void {
  makeAt(resolve(path), true);
}

/** @param climbs True if those above may be made. */
function makeAt(path: string, climbs: boolean): void {
  try {
    mkdirSync(path);
  } catch (error) {
    // It was there, or another process has made it meanwhile.
    if (isDirectory(path)) return;
    if (!climbs || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    if (dirname(path) !== path) makeAt(dirname(path), true);
    makeAt(path, false);
  }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
