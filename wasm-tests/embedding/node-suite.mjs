// Node's own tests of node:wasi, on node:wasi and on wasi9p/register: `node wasm-tests/embedding/node-suite.mjs TEST
// [WORD] [--write]`, where TEST is the folder test/ of a clone of nodejs/node, from which nothing is changed. Prints a row a
// test, and ends with `N passed, M failed`; a failure is one on ours where node:wasi passes, and no reason is here.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const ROOT = join(import.meta.dirname, '../..');
const REGISTER = pathToFileURL(join(ROOT, 'dist/register.js')).href;
const PAGE = join(ROOT, 'docs/embedding.md');
const TIME_LIMIT = 300_000;

/**
 * Most tests expect the warning that node:wasi is experimental (`common.expectWarning`), which ours does not print: a
 * second preload prints it when the test loads the module.
 */
const WARNING = `data:text/javascript,${encodeURIComponent(`
const module = process.getBuiltinModule('module');
const load = module._load;
let warned = false;
module._load = function (request, ...rest) {
  if (request === 'wasi' && !warned) {
    warned = true;
    process.emitWarning('WASI is an experimental feature and might change at any time', 'ExperimentalWarning');
  }
  return load.call(this, request, ...rest);
};`)}`;

/**
 * The reasons why a test fails on ours.
 * @type {Record<string, string>}
 */
const REASONS = {
  'wasi/test-wasi-pthread.js':
    'it gives a thread a second to start: on a busy machine it fails on both, and on ours first, which takes longer to load',
  'wasi/test-wasi-readdir.js': 'it counts the entries of a directory: ours have `.` and `..`, as those of Linux',
  'wasi/test-wasi-symlinks.js':
    'its program `link` links from one preopen to another: EXDEV, as between two mounts of Linux; its four others pass',
};

/** @param {string} file @param {string[]} preloads */
function run(file, preloads) {
  const flags = /^\/\/ Flags:(.*)$/m.exec(readFileSync(file, 'utf8'))?.[1]?.trim().split(/\s+/) ?? [];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, file], {
    encoding: 'utf8',
    timeout: TIME_LIMIT,
    input: '',
    env: { ...process.env, NODE_OPTIONS: preloads.map((url) => `--import="${url.replaceAll('"', '\\"')}"`).join(' ') },
  });
  const output = `${stdout}${stderr}`;
  const skipped = /^1\.\.0 # Skipped: (.*)$/m.exec(output)?.[1];
  return { result: skipped ? `skipped: ${skipped}` : status === 0 ? 'passes' : 'fails', output };
}

/** @param {string} folder the folder test/ */
function testsOf(folder) {
  return ['wasi', 'parallel']
    .flatMap((part) => readdirSync(join(folder, part)).map((name) => `${part}/${name}`))
    .filter((name) => /^(wasi\/test-.*|parallel\/test-wasi.*)\.m?js$/.test(name) && name.includes(word));
}

const [given = '', ...options] = process.argv.slice(2);
const folder = resolve(given);
const word = options.find((each) => !each.startsWith('-')) ?? '';
if (!existsSync(join(folder, 'wasi'))) {
  console.error(
    'usage: node wasm-tests/embedding/node-suite.mjs TEST [--write], with the folder test/ of a clone of nodejs/node',
  );
  process.exit(2);
}
let passed = 0;
let failed = 0;
const rows = testsOf(folder).map((name) => {
  const theirs = run(join(folder, name), []).result;
  const { result: ours, output } = run(join(folder, name), [REGISTER, WARNING]);
  const reason = ours === 'passes' ? '' : (REASONS[name] ?? '');
  const isGood = ours === 'passes' || theirs !== 'passes' || reason !== '';
  if (isGood) passed++;
  else failed++;
  const row = `| ${name} | ${theirs} | ${ours} | ${reason} |`;
  console.log(row);
  if (!isGood) console.log(output.slice(0, 1500).replace(/^/gm, '    '));
  return row;
});
console.log(`${passed} passed, ${failed} failed`);
if (options.includes('--write')) {
  const head = `| on Node ${process.version.slice(1)} | node:wasi | wasi9p | |\n|---|---|---|---|`;
  const text = readFileSync(PAGE, 'utf8');
  const table = `$1\n\n${head}\n${rows.join('\n')}\n\n$2`;
  writeFileSync(PAGE, text.replace(/(<!-- suite -->)[^]*?(<!-- end of suite -->)/, table));
}
process.exitCode = failed ? 1 : 0;
