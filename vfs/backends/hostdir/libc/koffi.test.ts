// koffi is loaded by the first host directory and by nothing else, and need not be there.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NOT_LINUX, unless } from '../../../../build/test/skip.ts';
import { hostDir } from '../index.ts';
import { scratch } from '../testing.ts';

const linux = unless(NOT_LINUX);

linux('without koffi it goes through node:fs, and another way is refused', () => {
  const { root, remove } = scratch();
  const child = spawnSync(process.execPath, [process.argv[1]!], {
    env: { ...process.env, WASI9P_WITHOUT_KOFFI: root },
    encoding: 'utf8',
  });
  assert.is(child.stderr, '');
  const [way, ...errors] = JSON.parse(child.stdout) as string[];
  assert.is(way, 'proc');
  for (const [i, name] of ['openat2', 'openat'].entries()) {
    assert.is(errors[i], `The host directory cannot be reached by way of ${name}: Cannot find module 'koffi'.`);
  }
  remove();
});

/** The child process of the test before. */
function withoutKoffi(root: string): void {
  const own = process.getBuiltinModule;
  const missing = (name: string) => {
    throw new Error(`Cannot find module '${name}'`);
  };
  const createRequire = () => Object.assign(missing.bind(null), { resolve: missing });
  const other = (name: string): unknown => (name === 'node:module' ? { createRequire } : own(name));
  process.getBuiltinModule = other as typeof own;
  const ways = [undefined, 'openat2', 'openat'] as const;
  const answers = ways.map((way) => {
    try {
      const backend = hostDir(root, way === undefined ? {} : { way });
      backend.close();
      return backend.way;
    } catch (thrown) {
      return (thrown as Error).message;
    }
  });
  console.log(JSON.stringify(answers));
}

linux('koffi is loaded by the first host directory, and by nothing else', () => {
  const { root, remove } = scratch();
  const child = spawnSync(process.execPath, [process.argv[1]!], {
    env: { ...process.env, WASI9P_LOADED: root },
    encoding: 'utf8',
  });
  assert.is(child.stderr, '');
  const [before, after, way] = JSON.parse(child.stdout) as [boolean, boolean, string];
  assert.is(before, false);
  assert.is(after, way !== 'proc');
  remove();
});

/** The child process of the test before. */
function loadedBy(root: string): void {
  const has = (): boolean => fs.readFileSync('/proc/self/maps', 'latin1').includes('koffi');
  const before = has();
  const backend = hostDir(root);
  backend.close();
  console.log(JSON.stringify([before, has(), backend.way]));
}

const { WASI9P_WITHOUT_KOFFI, WASI9P_LOADED } = process.env;
if (WASI9P_WITHOUT_KOFFI !== undefined) withoutKoffi(WASI9P_WITHOUT_KOFFI);
else if (WASI9P_LOADED !== undefined) loadedBy(WASI9P_LOADED);
else test.run();
