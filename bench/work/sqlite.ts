// SQLite, compiled by clang on our stack, under the workload of its acceptance test: every journal mode, rollback, a hot
// journal, temporary files, VACUUM, and an integrity check after each.
import { readFileSync } from 'node:fs';
import { compile } from '../../toolchain/compile.ts';
import { packageFile } from '../../wasm-tests/programs/packages.ts';
import { expect, expectSuccess, type Job, type Ready } from './job.ts';
import { textOf, type Ended } from './program-host.ts';

const WORKLOAD = new URL('../../wasm-tests/programs/sqlite/', import.meta.url);
const FLAGS = ['-O2', '-w', '-DSQLITE_THREADSAFE=0', '-DSQLITE_OMIT_LOAD_EXTENSION'];

async function load(quick: boolean): Promise<Ready> {
  const rows = quick ? '5000' : '50000';
  const module = await WebAssembly.compile(await compiled());
  const expected = readFileSync(new URL(`expected-${rows}.txt`, WORKLOAD), 'utf8');
  let ended: Ended;
  return {
    fill: (host) => host.mkdir('/tmp'),
    run(host) {
      ended = host.run(module, ['workload', '/tmp', rows]);
    },
    result() {
      const text = textOf(ended.stdout).replaceAll(/^@host .*\n/gm, '');
      expectSuccess(ended);
      expect(text === expected, 'it printed something else than natively');
      return text;
    },
  };
}

function compiled(): Promise<Uint8Array<ArrayBuffer>> {
  const sources = {
    'workload.c': readFileSync(new URL('workload.c', WORKLOAD)),
    'sqlite3.c': readFileSync(packageFile('better-sqlite3/deps/sqlite3/sqlite3.c')),
    'sqlite3.h': readFileSync(packageFile('better-sqlite3/deps/sqlite3/sqlite3.h')),
  };
  const argv = [...FLAGS, 'workload.c', 'sqlite3.c', '-o', 'workload.wasm'];
  return compile({ sources, argv, output: 'workload.wasm' });
}

export const sqlite: Job = { key: 'sqlite', label: 'SQLite, 50,000 rows, all journal modes', goal: 0.85, load };
