// Names that a commit or the overlay uses itself, as a guest's own and as the lower layer's.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Backend } from '../backend.ts';
import { Kit } from '../conformance-kit.ts';
import { hostDir } from '../hostdir/index.ts';
import { scratch } from '../hostdir/testing.ts';
import { ram } from '../ram/index.ts';
import { overlay, settle, unsettled } from './index.ts';
import { contents, fill } from './testing.ts';

const NAMES = [
  '.wasi9p-commit',
  '.wasi9p-commit-0',
  '.wasi9p-commit-1',
  '.wasi9p-orphan-0',
  'journal-1',
  'new-0',
  'old-0',
];

/** What the name is. */
const KINDS: Readonly<Record<string, (kit: Kit, name: string) => void>> = {
  file: (kit, name) => kit.put(name, `file ${name}`),
  directory: (kit, name) => {
    kit.mkdir(name);
    kit.put(`${name}/f`, `in ${name}`);
  },
  symlink: (kit, name) => kit.symlink('kept', name),
  'two names': (kit, name) => {
    kit.put(name, 'two');
    kit.link(name, `${name}.link`);
  },
};

/** Changes that need something put aside or made beside its place. */
function work(kit: Kit): void {
  kit.rename('a', 'tmp');
  kit.rename('b', 'a');
  kit.rename('tmp', 'b');
  kit.put('.f.swp', 'new');
  kit.rename('.f.swp', 'f');
  kit.unlink('gone');
  kit.mkdir('made');
}

function onHost(): { lower: Backend; end(): void } {
  const { root, remove } = scratch();
  const lower = hostDir(root);
  return {
    lower,
    end: () => {
      lower.close();
      remove();
    },
  };
}

for (const [store, make] of [
  ['ram', () => ({ lower: ram() as Backend, end: () => {} })],
  ['a host directory', onHost],
] as const) {
  test(`commit to ${store}: names of its own are anybody's`, () => {
    let count = 0;
    for (const name of NAMES) {
      for (const [kind, plant] of Object.entries(KINDS)) {
        for (const where of ['below', 'above', 'renamed', 'changed']) {
          const { lower, end } = make();
          fill(lower, (kit) => {
            for (const dir of ['a', 'b']) kit.mkdir(dir);
            for (const file of ['a/f', 'b/f', 'f', 'gone', 'kept']) kit.put(file, file);
            if (where === 'below' || where === 'changed') plant(kit, name);
            if (where === 'renamed') plant(kit, 'x');
          });
          const merged = overlay({ lower });
          const kit = new Kit({ backend: merged, dispose: () => {} });
          if (where === 'above') plant(kit, name);
          if (where === 'renamed') assert.is(kit.rename('x', name), 'ok');
          if (where === 'changed') kit.rename(name, 'y');
          if (where === 'changed' && kind !== 'directory') kit.put(name, 'another');
          work(kit);
          const before = contents(merged);
          assert.equal(merged.commit(), { errno: 0, path: '', unsettled: '' }, `${kind} ${name} ${where}`);
          assert.equal([...contents(lower)].sort(), [...before].sort(), `${kind} ${name} ${where}`);
          assert.equal([merged.diff(), unsettled(lower), settle(lower, 'undo').outcome], [[], [], 'nothing']);
          kit.end();
          end();
          count++;
        }
      }
    }
    assert.is(count, NAMES.length * 16);
  });
}

test.run();
