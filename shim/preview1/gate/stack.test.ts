// Tests stack exhaustion: at every stack depth a call either completes or changes nothing.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { PreopenDirectory, type Inode } from '@bjorn3/browser_wasi_shim';
import { Volume } from 'memfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { overlay } from '../../../vfs/backends/overlay/index.ts';
import { ram } from '../../../vfs/backends/ram/index.ts';
import { OFLAGS } from '../abi/structs.ts';
import { OUT, ROOT, TestGuest, WRITE } from '../../../testing/test-guest.ts';
import type { Preopen } from '../../wasi.ts';

const scratch = mkdtempSync(join(tmpdir(), 'wasi9p-stack-'));
test.after(() => rmSync(scratch, { recursive: true }));

/** Makers of empty trees, which the guest fills. */
const TREES: Record<string, () => { root: Preopen; close?: () => void }> = {
  memfs: () => ({ root: new Volume() }),
  ram: () => ({ root: ram() }),
  overlay: () => ({ root: overlay({ lower: ram(), upper: ram() }) }),
  'a host directory': () => {
    const path = mkdtempSync(join(scratch, 'd'));
    mkdirSync(join(path, 'tree'));
    return { root: join(path, 'tree') };
  },
  'foreign Fds': () => ({ root: new PreopenDirectory('/', new Map<string, Inode>()) }),
};

interface Operation {
  /** Creates the files before the call. */
  prepare(g: TestGuest): void;
  call(g: TestGuest): string;
  /** Returns the visible state, which must be that before or after the call, never a mixture. */
  look(g: TestGuest): string;
}

function put(g: TestGuest, path: string, text: string): void {
  const fd = g.open(path, { oflags: OFLAGS.CREAT | OFLAGS.TRUNC, rights: WRITE });
  g.write(fd, text);
  g.ok('fd_close', fd);
}

function read(g: TestGuest, path: string): string {
  if (g.tryOpen(path) !== 'ok') return 'none';
  const fd = g.u32();
  const text = g.read(fd);
  g.ok('fd_close', fd);
  return text;
}

const has = (g: TestGuest, path: string): string => g.call('path_filestat_get', ROOT, 0, path, OUT);

const OPERATIONS: Record<string, Operation> = {
  'rename over a file': {
    prepare: (g) => (put(g, 'a', 'A'), put(g, 'b', 'B')),
    call: (g) => g.call('path_rename', ROOT, 'a', ROOT, 'b'),
    look: (g) => `${read(g, 'a')} ${read(g, 'b')}`,
  },
  rmdir: {
    prepare: (g) => g.call('path_create_directory', ROOT, 'd'),
    call: (g) => g.call('path_remove_directory', ROOT, 'd'),
    look: (g) => has(g, 'd'),
  },
  unlink: {
    prepare: (g) => put(g, 'u', 'U'),
    call: (g) => g.call('path_unlink_file', ROOT, 'u'),
    look: (g) => read(g, 'u'),
  },
  'create and write': {
    prepare: (g) => g.call('path_unlink_file', ROOT, 'n'),
    call: (g) => g.tryOpen('n', { oflags: OFLAGS.CREAT, rights: WRITE }),
    look: (g) => has(g, 'n'),
  },
};

/** Recurses with frames of two sizes, so that the stack is exhausted at many places of a call. */
function down(depth: number, act: () => void): void {
  if (depth === 0) act();
  else down(depth - 1, act);
}

function downWide(depth: number, act: () => void, a = 1, b = 2, c = 3, d = 4, e = 5): number {
  if (depth === 0) act();
  else return downWide(depth - 1, act, b, c, d, e, a) + a + b + c + d + e;
  return a;
}

function deepest(descend: (depth: number, act: () => void) => unknown): number {
  let low = 0;
  let high = 1 << 17;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    try {
      descend(middle, () => {});
      low = middle;
    } catch {
      high = middle;
    }
  }
  return low;
}

for (const [tree, make] of Object.entries(TREES)) {
  for (const [name, operation] of Object.entries(OPERATIONS)) {
    test(`${name} on ${tree}: all or nothing, at each depth`, () => {
      // Frames of unoptimized code are the largest.
      setFlagsFromString('--no-opt');
      const { root } = make();
      const g = new TestGuest({ preopens: () => ({ '/': root }) });
      const outcomes = { done: 0, refused: 0 };
      for (const descend of [down, downWide]) {
        const most = deepest(descend);
        // From the deepest on, so that lazy compilation happens there too.
        let done = 0;
        // In large steps to the first call that completes, then back and in small steps.
        let step = 7;
        for (let depth = most; depth > 0 && done < 20; depth -= step) {
          operation.prepare(g);
          const before = operation.look(g);
          let answer = 'none';
          try {
            descend(depth, () => (answer = operation.call(g)));
          } catch (thrown) {
            assert.instance(thrown, RangeError);
          }
          if (answer === 'none') {
            assert.is(operation.look(g), before, `nothing at ${depth} of ${most}`);
            outcomes.refused++;
          } else {
            assert.is(answer, 'ok', `at ${depth} of ${most}`);
            assert.is.not(operation.look(g), before);
            outcomes.done++;
            done++;
            if (step > 1) depth += 2 * step;
            step = 1;
          }
        }
      }
      assert.ok(outcomes.done > 0 && outcomes.refused > 0);
      g.wasi.close();
      setFlagsFromString('--opt');
    });
  }
}

test.run();
