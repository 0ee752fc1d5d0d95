// Waits for a change of a file, for `wasi9p test --watch`.
import { statSync, watch, type FSWatcher } from 'node:fs';
import { dirname } from 'node:path';

/** Milliseconds without a further change until the tests run again: a build writes many files. */
const QUIET = 150;

/**
 * Resolves when something below the paths has changed and nothing has for a moment. Files that `ignore` names do not
 * count.
 */
export function changeBelow(paths: readonly string[], ignore: (file: string) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const watchers: FSWatcher[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = (act: () => void): void => {
      clearTimeout(timer);
      for (const each of watchers) each.close();
      act();
    };
    for (const path of paths) {
      const dir = statSync(path).isDirectory() ? path : dirname(path);
      const watcher = watch(dir, { recursive: true }, (_, name) => {
        if (name !== null && ignore(name)) return;
        clearTimeout(timer);
        timer = setTimeout(() => end(resolve), QUIET);
      });
      watcher.on('error', (error) => end(() => reject(error)));
      watchers.push(watcher);
    }
  });
}
