// The arguments of `npm test`.
import { Failure } from '../bundle.mjs';

/** @typedef {{ path: string, name: string, watch: boolean, plainGate: boolean }} TestOptions */

const USAGE = 'usage: npm test -- [WORD[:TEXT]] [--name TEXT] [--watch] [--plain-gate]';

/**
 * Reads the arguments: `WORD` picks the files whose path contains it, `WORD:TEXT` or `--name TEXT` the tests whose
 * title contains TEXT in any case, `--watch` runs them again when a file changes, `--plain-gate` runs them as where
 * compiling wasm is forbidden.
 * @param {readonly string[]} args
 * @returns {TestOptions}
 * @throws Failure for an unknown option, an option without its text, a second WORD or a second TEXT
 */
export function parseTestOptions(args) {
  const options = { path: '', name: '', watch: false, plainGate: false };
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--watch') options.watch = true;
    else if (arg === '--plain-gate') options.plainGate = true;
    else if (arg === '--name') setName(options, rest.shift() ?? '');
    else if (arg.startsWith('-')) throw new Failure(`test: unknown option ${arg}\n${USAGE}`);
    else setWord(options, arg);
  }
  return options;
}

/** @param {TestOptions} options @param {string} word */
function setWord(options, word) {
  const colon = word.indexOf(':');
  const path = colon < 0 ? word : word.slice(0, colon);
  if (options.path) throw new Failure(`test: one WORD at most, not ${options.path} and ${path}\n${USAGE}`);
  options.path = path;
  if (colon >= 0) setName(options, word.slice(colon + 1));
}

/** @param {TestOptions} options @param {string} name */
function setName(options, name) {
  if (!name) throw new Failure(`test: the text of a title is missing\n${USAGE}`);
  if (options.name) throw new Failure(`test: one TEXT at most, not ${options.name} and ${name}\n${USAGE}`);
  options.name = name;
}
