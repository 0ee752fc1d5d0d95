// Runs the tests of one module of CPython on one runtime, to the last: after a trap the others go on in a new process.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { inEmptyRoot } from './sides.mjs';

const TIME_LIMIT = 300_000;
/** No module traps that often. */
const MOST_RESTARTS = 40;

/**
 * The results by test: `ok`, `skip`, `fail` or `trap`, each with a reason.
 * @typedef {{ kind: string, why: string }} Result
 * @param {import('./sides.mjs').Side} side @param {string} module @param {{ program: string, lib: string }} python
 * @returns {Map<string, Result>} @throws Error if the module cannot be run
 */
export function runModule(side, module, python) {
  /** @type {Map<string, Result>} */
  const results = new Map();
  for (let i = 0; i < MOST_RESTARTS; i++) {
    const ended = inEmptyRoot((exchange) =>
      inEmptyRoot((root) => runOnce(side, module, python, results, exchange, root)),
    );
    if (ended) return results;
  }
  throw new Error(`${side.name}: ${module} trapped ${MOST_RESTARTS} times`);
}

/**
 * Runs the tests that have no result yet. Returns true if the last one ended.
 * @param {import('./sides.mjs').Side} side @param {string} module @param {{ program: string, lib: string }} python
 * @param {Map<string, Result>} results @param {string} exchange @param {string} root
 */
function runOnce(side, module, python, results, exchange, root) {
  fs.copyFileSync(join(import.meta.dirname, 'unittests.py'), join(exchange, 'unittests.py'));
  fs.writeFileSync(join(exchange, 'done'), [...results.keys()].join('\n'));
  const args = ['/exchange/unittests.py', `test.${module}`, '/exchange/report', '/exchange/done'];
  const argv = side.command({ ...python, exchange, args }, root);
  const { status, signal, stderr } = spawnSync(process.execPath, argv, {
    ...{ cwd: root, encoding: 'utf8', maxBuffer: 1 << 28, timeout: TIME_LIMIT, killSignal: 'SIGKILL' },
    ...{ env: { ...process.env, NO_COLOR: '1' }, stdio: ['ignore', 'ignore', 'pipe'] },
  });
  const report = join(exchange, 'report');
  const lines = fs.existsSync(report) ? fs.readFileSync(report, 'utf8').split('\n').filter(Boolean) : [];
  const before = results.size;
  let running = '';
  for (const [word = '', name = '', why = ''] of lines.map((line) => line.split('\t'))) {
    if (word === 'end') return true;
    running = word === 'begin' ? name : '';
    // A test with several results (subtests) counts as its first failure.
    if (word !== 'begin' && results.get(name)?.kind !== 'fail') results.set(name, { kind: word, why });
  }
  const reason = (signal ?? /(?:trapped: |RuntimeError: |RangeError: )(.*)/.exec(stderr)?.[1]) || `status ${status}`;
  if (running !== '') results.set(running, { kind: 'trap', why: reason });
  if (results.size === before)
    throw new Error(`${side.name}: ${module} does not run: ${reason}\n${stderr.slice(-2000)}`);
  return false;
}
