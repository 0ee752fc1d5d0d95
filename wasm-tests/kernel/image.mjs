// The initramfs of a machine under test: the first process, the suites, and the compiled programs.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Initramfs } from './initramfs.mjs';

const GUEST = fileURLToPath(new URL('guest/', import.meta.url));
const PROGRAMS = join(GUEST, 'programs');
/** The folder of the orphan matrix. */
const SCENARIOS = fileURLToPath(new URL('../src/', import.meta.url));

/** The names of the programs of the orphan matrix. */
export function scenarioNames() {
  return programsOf(SCENARIOS);
}

/** The names of the C programs of a folder. @param {string} folder */
function programsOf(folder) {
  return fs
    .readdirSync(folder)
    .filter((file) => file.endsWith('.c'))
    .map((file) => basename(file, '.c'));
}

/**
 * Makes the tree of an initramfs.
 * @param {{
 *   dir: string, root: string, rows: readonly import('./plan.mjs').Row[], programs: readonly string[],
 *   settings: Record<string, string | number>, compiler?: readonly string[],
 * }} options `root` is the folder of the unpacked packages, `settings` are variables of the suites, `compiler` are
 *   options of gcc.
 */
export function makeImage({ dir, root, rows, programs, settings, compiler = [] }) {
  const image = new Initramfs(dir, root);
  image.copy('init', join(GUEST, 'init'));
  for (const path of fs.readdirSync(GUEST, { recursive: true, encoding: 'utf8' })) {
    if (path.endsWith('.sh')) image.copy(`kernel/${path}`, join(GUEST, path));
  }
  image.write('kernel/plan', rows.map((row) => `${row.flat().join(' ')}\n`).join(''));
  image.write(
    'kernel/settings',
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  for (const name of programsOf(PROGRAMS)) compile(join(PROGRAMS, name), join(dir, 'bin', name), compiler);
  for (const name of programs) {
    compile(join(SCENARIOS, name), join(dir, 'kernel/scenarios', name), compiler);
    image.copy(`kernel/scenarios/${name}.stdout`, join(SCENARIOS, `${name}.stdout`));
  }
  return image;
}

/** @param {string} source The path without `.c`. @param {string} program @param {readonly string[]} options */
function compile(source, program, options) {
  fs.mkdirSync(dirname(program), { recursive: true });
  const args = [...options, '-static', '-std=gnu17', '-O1', '-o', program, `${source}.c`];
  const { status, stderr } = spawnSync('gcc', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`gcc ${source}.c: ${stderr}`);
}
