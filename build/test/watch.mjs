// The watch mode of the test runner: runs test files again when a source in their bundles changes.
import { watch as watchFiles } from 'node:fs';
import { join } from 'node:path';
import { ROOT, SOURCE_DIRS } from '../project.mjs';
import { printSkips } from './progress.mjs';

/**
 * @typedef {import('./run.mjs').Bundled} Bundled
 * @typedef {import('./run.mjs').Sum} Sum
 */

/** Milliseconds without a further change before a run: an editor or a checkout writes several files. */
const QUIET = 100;

/**
 * Runs all files, then after each change those that it affects, without end.
 * @param {() => Promise<Bundled[]>} bundle
 * @param {(files: Bundled[]) => Promise<Sum>} run
 */
export async function watch(bundle, run) {
  // An exit removes the bundles; a signal alone would not.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
  const changes = new Changes(ROOT, SOURCE_DIRS);
  await round(bundle, run, () => true);
  /** @type {Set<string>} */
  const pending = new Set();
  for (;;) {
    for (const path of await changes.next()) pending.add(path);
    // A change that does not bundle is kept, and run again with the next change.
    if (await round(bundle, run, (file) => isAffected(file, pending))) pending.clear();
  }
}

/**
 * Bundles, and runs the files that `picks`. Returns false if they could not be bundled.
 * @param {() => Promise<Bundled[]>} bundle
 * @param {(files: Bundled[]) => Promise<Sum>} run
 * @param {(file: Bundled) => boolean} picks
 */
async function round(bundle, run, picks) {
  try {
    const files = (await bundle()).filter(picks);
    if (files.length === 0) return true;
    const { passed, failed, skipped, skips } = await run(files);
    printSkips(skips);
    console.log(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}; watching for changes`);
    return true;
  } catch (error) {
    // esbuild has printed what it could not resolve or parse.
    if (!(error instanceof Error && 'errors' in error)) throw error;
    console.log('The tests could not be bundled; watching for changes.');
    return false;
  }
}

/**
 * True if a change affects a test file: a source in its bundle, or a file of the same stem beside it (`x.c` of `x.test.ts`).
 * @param {{ file: string, sources: Set<string> }} test
 * @param {Set<string>} changed
 */
export function isAffected({ file, sources }, changed) {
  const stem = file.replace(/\.\w+\.ts$/, '.');
  for (const path of changed) if (sources.has(path) || path.startsWith(stem)) return true;
  return false;
}

/** Collects the changed files of some folders. */
export class Changes {
  /** @param {string} root @param {string[]} dirs */
  constructor(root, dirs) {
    /** @type {Set<string>} */
    this.changed = new Set();
    /** @type {NodeJS.Timeout | undefined} */
    this.timer = undefined;
    /** @type {(() => void) | undefined} */
    this.wake = undefined;
    this.watchers = dirs.map((dir) =>
      watchFiles(join(root, dir), { recursive: true }, (_, name) => this.note(`${dir}/${name}`.replaceAll('\\', '/'))),
    );
  }

  /** @param {string} path */
  note(path) {
    this.changed.add(path);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.wake?.(), QUIET);
  }

  /** Waits for a change, and then until no other follows. @returns {Promise<Set<string>>} */
  async next() {
    const wait = () => new Promise((done) => (this.wake = () => done(undefined)));
    // A change during the last run has ended its pause already.
    if (this.changed.size === 0) await wait();
    const changed = this.changed;
    this.changed = new Set();
    return changed;
  }

  close() {
    clearTimeout(this.timer);
    for (const watcher of this.watchers) watcher.close();
  }
}
