// Volumes of other versions of memfs: the conformance suite on supported ones, the error for all others. Prints
// `smoke: ` and the verdict, as main.mjs does.
import { createRequire } from 'node:module';
import process from 'node:process';
import { memfs } from '../../../dist/backends/memfs.js';
import { WASI } from '../../../dist/index.js';
import { conformance } from '../../../dist/testing.js';

const SUPPORTED = ['4.59.0', '4.70.0'];
const OTHERS = ['3.6.0', '4.6.1', '4.17.2', '4.58.0'];
const SENTENCE = 'is a Volume of an unsupported memfs; supported are 4.59 and later versions of 4';
/** Least number of tests that the suite has: with fewer, something was left out. */
const LEAST = 70;

const require = createRequire(process.argv[2] ?? new URL('../binaries/', import.meta.url));
/** @param {string} version @returns {typeof import('memfs').Volume} */
const volumeOf = (version) => require(`memfs-${version}`).Volume;

/** Runs the suite on a version. @param {string} version @returns {string[]} The errors. */
function conform(version) {
  const Volume = volumeOf(version);
  const tests = /** @type {[title: string, run: () => void][]} */ ([]);
  const make = () => {
    const volume = new Volume();
    const outside = { fs: /** @type {any} */ (volume), root: '' };
    return { backend: memfs(volume), outside, dispose: () => volume.reset() };
  };
  conformance(`memfs ${version}`, make, { test: (...test) => tests.push(test), skip: () => {} });
  const errors = tests.length < LEAST ? [`only ${tests.length} tests of memfs ${version}`] : [];
  for (const [title, run] of tests) {
    try {
      run();
    } catch (error) {
      errors.push(`${title}: ${/** @type {Error} */ (error).message}`);
    }
  }
  return errors;
}

/** Uses a Volume of an unsupported version. @param {string} version @returns {string[]} The errors. */
function refuse(version) {
  const volume = /** @type {any} */ (new (volumeOf(version))());
  const uses = [() => memfs(volume), () => new WASI({ preopens: { '/': volume } })];
  return uses.flatMap((use) => {
    try {
      use();
      return [`memfs ${version} is accepted`];
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      return message.includes(SENTENCE) ? [] : [`memfs ${version}: ${message}`];
    }
  });
}

const errors = [...SUPPORTED.flatMap(conform), ...OTHERS.flatMap(refuse)];
console.log(`smoke: ${errors.join('; ') || 'ok'}`);
