// The check of dist/ against its sources: is any of them younger?
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { COMMAND, ENTRIES, ROOT, sources } from './project.mjs';

const MODULES = [...Object.values(ENTRIES), COMMAND];
/** The folders of the published modules, and of what they import. */
const FOLDERS = new Set(['build', 'toolchain', ...MODULES.map((file) => file.replace(/\/.*/, ''))]);
const SOURCES = sources(/(?<!\.test)\.(ts|mjs)$/, [...FOLDERS]);

/** True if a module of dist/ is missing, or a source or the build itself is younger than one. */
export function isStale() {
  const made = [...Object.keys(ENTRIES), 'cli'].map((name) => join(ROOT, `dist/${name}.js`));
  if (!made.every((file) => existsSync(file)) || !existsSync(join(ROOT, 'dist/types'))) return true;
  const oldest = Math.min(...made.map(changed));
  return ['package.json', 'tsconfig.json', ...SOURCES].some((file) => changed(join(ROOT, file)) > oldest);
}

/** @param {string} file */
function changed(file) {
  return statSync(file).mtimeMs;
}
