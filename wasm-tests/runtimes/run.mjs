// Smoke tests of the built package: `node wasm-tests/runtimes/run.mjs SEED.wasm UPPER.wasm`, after `npm ci
// --ignore-scripts` in binaries/. Every runtime runs the seed program from dist/, or the recipe for it with
// examples/upper.c. Ends with `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { browserPath, runInBrowser } from './browser.mjs';
import { staleTable, tryCommands } from './commands.mjs';
import { tryAlone, tryPacked } from './packed.mjs';
import { runUnderPolicy } from './policy.mjs';
import { HERE, NO_BINARY, RUNTIMES, pathOf } from './runtimes.mjs';
import { threaded } from './threaded.mjs';
import { runThreadsPage } from './threads-page.mjs';
import { runVolumePage } from './volume-page.mjs';
import { runInWorkerd } from './workerd.mjs';

const TIME_LIMIT = 60_000;

/** @typedef {{ passed: number, failed: number, skipped: number }} Sum */

/** @param {string} seed @param {Sum} sum */
function programs(seed, sum) {
  for (const { name, binary, args, all } of RUNTIMES) {
    const path = pathOf(binary);
    if (path === null) skip(name, NO_BINARY, sum);
    else {
      tell(name, runProgram(path, [...args, join(HERE, 'program/main.mjs'), seed]), sum);
      onHost(name, path, all, sum);
    }
  }
}

/** @param {string} name @param {string} path @param {string[]} args @param {Sum} sum */
function onHost(name, path, args, sum) {
  const title = `${name}: a directory of the host`;
  if (process.platform !== 'linux') return skip(title, 'elsewhere than on Linux other things are promised', sum);
  return tell(title, runProgram(path, [...args, join(HERE, 'program/on-host.mjs')]), sum);
}

/** @param {string} path @param {string[]} args */
function runProgram(path, args) {
  const { error, stdout, stderr } = spawnSync(path, args, { encoding: 'utf8', timeout: TIME_LIMIT, cwd: HERE });
  return error ? error.message : `${stdout}${stderr}`;
}

/** The command line, whose table is in docs/runtimes.md. @param {Sum} sum */
async function commands(sum) {
  const table = await tryCommands(
    (name, output) => tell(name, output, sum),
    (name, why) => skip(name, why, sum),
  );
  const title = 'docs/runtimes.md has this table';
  if (table === null) skip(title, 'not all runtimes are installed', sum);
  else tell(title, staleTable(table) || 'smoke: ok', sum);
}

/** @param {string} name @param {() => Promise<string>} run @param {Sum} sum */
async function browser(name, run, sum) {
  if (!browserPath()) return skip(name, 'it is not installed (Debian: apt-get install chromium)', sum);
  return tell(name, await run().catch(String), sum);
}

/** @param {string} upper @param {Sum} sum */
async function worker(upper, sum) {
  const name = 'workerd: the recipe for Cloudflare Workers';
  const path = pathOf('@cloudflare/workerd-linux-64/bin/workerd');
  if (path === null) return skip(name, NO_BINARY, sum);
  return tell(name, await runInWorkerd(path, upper).catch(String), sum);
}

/** @param {string} name @param {string} output @param {Sum} sum */
function tell(name, output, sum) {
  const good = /^smoke: ok$/m.test(output);
  console.log(good ? `ok   ${name}` : `FAIL ${name}\n${output}`);
  sum[good ? 'passed' : 'failed']++;
}

/** @param {string} name @param {string} why @param {Sum} sum */
function skip(name, why, sum) {
  console.log(`skip ${name}: ${why}`);
  sum.skipped++;
}

const [seed = '', upper = ''] = process.argv.slice(2).map((path) => resolve(path));
if (!existsSync(seed) || !existsSync(upper)) {
  console.error('usage: node wasm-tests/runtimes/run.mjs SEED.wasm UPPER.wasm');
  process.exit(2);
}
const sum = { passed: 0, failed: 0, skipped: 0 };
programs(seed, sum);
await commands(sum);
tell('memfs in other versions', runProgram(process.execPath, [join(HERE, 'program/memfs-versions.mjs')]), sum);
await worker(upper, sum);
await browser('Chromium', () => runInBrowser(seed), sum);
await browser('Chromium: the recipe for a strict policy', () => runUnderPolicy(upper), sum);
await browser('Chromium: the recipe for memfs', () => runVolumePage(upper), sum);
await browser('Chromium: threads, in a page that is cross-origin isolated', () => runThreadsPage(threaded), sum);
tell('the packed package and its types', `smoke: ${tryPacked() || 'ok'}`, sum);
tell('the packed package alone in a project', `smoke: ${tryAlone() || 'ok'}`, sum);
console.log(`${sum.passed} passed, ${sum.failed} failed${sum.skipped ? `, ${sum.skipped} skipped` : ''}`);
process.exitCode = sum.failed ? 1 : 0;
