// The tables of the comparison in README.md and docs/compare.md hold for wasi9p, and Linux passes every check.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Volume } from 'memfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { unless } from '../../build/test/skip.ts';
import { WASI, type Preopen } from '../../shim/index.ts';
import { hostDir } from '../../vfs/backends/hostdir/index.ts';
import type { OwnedBackend } from '../../vfs/backend/backend.ts';
import { ram } from '../../vfs/backends/ram/index.ts';
import { columnOf, comparedKeys, type Column } from '../calls/columns.ts';
import { compileProgram } from '../program.ts';
import { MAIN, checksOf, runCheck } from './checks.ts';
import { checkRow, page, passed, sumRow, withSums, type Outcome } from './text.ts';

const CHECKS = checksOf();
const native = columnOf('native');
const program = await compileProgram(typeof native !== 'string', MAIN);
const WRITE = 'run `npm run compare -- --write`';

function read(file: string): string {
  return readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8');
}

/** A backend of ours for a check, and its end. */
interface Root {
  preopen: Preopen;
  close(): void;
}

/** One of ours, as `columnOf` names it, in an empty directory. */
const ROOTS: Readonly<Record<string, (where: string) => Root>> = {
  ram: () => rootOf(ram()),
  memfs: () => ({ preopen: new Volume(), close: () => {} }),
  hostdir: (where) => rootOf(hostDir(where)),
};

function rootOf(backend: OwnedBackend): Root {
  return { preopen: backend, close: () => backend.close() };
}

/** Makes a check in this process. Returns '' if it passes, otherwise the reason. */
function check(name: string, module: WebAssembly.Module, root: Preopen): string {
  let reason = 'it reported nothing';
  const bench = {
    cpu: () => 0,
    report: () => void (reason = ''),
    fail(text: number, length: number) {
      const { buffer } = instance.exports.memory as WebAssembly.Memory;
      reason = new TextDecoder().decode(new Uint8Array(buffer, text, length));
    },
  };
  const wasi = new WASI({ args: ['checks', name, '/'], preopens: { '/': root } });
  const instance: WebAssembly.Instance = new WebAssembly.Instance(module, { ...wasi.getImportObject(), bench });
  wasi.start(instance);
  return reason;
}

/** The outcome of each check, each in a tree of its own. */
async function outcomeOn(key: string): Promise<Outcome> {
  const module = await WebAssembly.compile(readFileSync(program.wasm));
  const reasons = CHECKS.map(({ name }) => {
    const where = mkdtempSync(join(tmpdir(), 'wasi9p-check-'));
    const { preopen, close } = ROOTS[key]!(where);
    try {
      return check(name, module, preopen);
    } finally {
      close();
      rmSync(where, { recursive: true });
    }
  });
  return { label: (columnOf(key) as Column).label, reasons };
}

test('there are 23 checks, each with a name and a title of its own', () => {
  assert.is(CHECKS.length, 23);
  assert.is(new Set(CHECKS.map(({ name }) => name)).size, 23);
  assert.is(new Set(CHECKS.map(({ title }) => title)).size, 23);
});

test('the tables say of wasi9p what the checks give, and that it passes them all', async () => {
  const ours = [];
  for (const key of comparedKeys.filter((key) => key in ROOTS)) ours.push(await outcomeOn(key));
  assert.is(ours.length, 3);
  const linux = { label: '', reasons: CHECKS.map(() => '') };
  const [readme, table] = ['README.md', 'docs/compare.md'].map(read);
  for (const outcome of ours) {
    assert.is(passed(outcome), CHECKS.length, `${outcome.label}: ${outcome.reasons.join('\n')}`);
    assert.ok(readme!.includes(`\n${sumRow(outcome)}\n`), `README.md, ${outcome.label}: ${WRITE}`);
  }
  for (const i of CHECKS.keys()) {
    const row = `\n| ${checkRow(CHECKS, i, [linux, ...ours]).join(' | ')} |`;
    assert.ok(table!.includes(row), `docs/compare.md has no row${row}: ${WRITE}`);
  }
});

unless(typeof native === 'string' ? native : '')('Linux passes all of them', () => {
  for (const one of CHECKS) assert.is(runCheck(one, native as Column, program), '', one.name);
});

test('a check that fails is counted, and marked', () => {
  const some: Outcome = { label: 'some', reasons: CHECKS.map((_, i) => (i === 2 ? 'read: EBADF' : '')) };
  assert.is(sumRow(some), '| some | 22 |');
  assert.equal(checkRow(CHECKS, 2, [some]).slice(1), ['−']);
  assert.match(page(CHECKS, [some], '', []), '- 3, `unlinked-shared`: `read: EBADF`');
});

test('the table takes the place of the one before', () => {
  const before = withSums(read('README.md'), '| old |');
  assert.ok(before.includes('| old |'));
  assert.ok(!withSums(before, '| new |').includes('| old |'));
  assert.throws(() => withSums('no place', ''), /has no place/);
});

test.run();
