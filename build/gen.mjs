// Generated files: written from the tables in the source, or compared with them.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure, load } from './bundle.mjs';
import { GENERATED, ROOT } from './project.mjs';

/**
 * Writes every generated file, or with `check` only lists those that differ from the output of their generator.
 * @param {boolean} check
 */
export async function gen(check) {
  const stale = [];
  for (const [module, name, output] of GENERATED) {
    const text = await generated(module, name);
    if (text === current(output)) continue;
    if (check) stale.push(output);
    else write(output, text);
  }
  if (stale.length) {
    const verb = stale.length === 1 ? 'is' : 'are';
    throw new Failure(`${stale.join(', ')} ${verb} stale: run \`npm run gen\` and commit what it writes`);
  }
  console.log(check ? `gen: ${GENERATED.length} generated files are fresh` : 'gen: done');
}

/** @param {string} module @param {string} name */
async function generated(module, name) {
  const generate = (await load(module))[name];
  if (typeof generate !== 'function') throw new Failure(`gen: ${module} exports no function ${name}()`);
  const text = await textOf(generate);
  if (typeof text !== 'string' || !text.endsWith('\n'))
    throw new Failure(`gen: ${name}() of ${module} must return text that ends with a newline`);
  return text;
}

/** Calls a generator; type errors of the sources need no stack. @param {() => unknown} generate */
function textOf(generate) {
  try {
    return generate();
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code !== 'TYPE_ERRORS') throw error;
    throw new Failure(`${message}\ngen: stopped at these type errors: fix them, then run \`npm run gen\` again`);
  }
}

/** Returns the present text of a generated file; '' if it does not exist. @param {string} output */
function current(output) {
  try {
    return readFileSync(join(ROOT, output), 'utf8');
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return '';
    throw error;
  }
}

/** @param {string} output @param {string} text */
function write(output, text) {
  mkdirSync(dirname(join(ROOT, output)), { recursive: true });
  writeFileSync(join(ROOT, output), text);
  console.log(`gen: wrote ${output}`);
}
