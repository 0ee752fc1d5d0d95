// Random calls on an overlay: the lower layer stays unchanged, diff() agrees with a comparison of both trees, and
// commit() makes the lower layer equal to the overlay.
import fc from 'fast-check';
import * as fs from 'node:fs';
import { Volume } from 'memfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SETATTR_MODE } from '../../9p/constants.ts';
import { O_CREAT, O_RDWR, S_IFDIR } from '../../linux/constants.ts';
import type { Backend } from '../../backend/backend.ts';
import { NOT_ROOT } from '../../../build/test/skip.ts';
import { Kit } from '../../../testing/kit.ts';
import { hostDir } from '../hostdir/index.ts';
import { scratch } from '../hostdir/testing.ts';
import { memfs } from '../memfs/index.ts';
import { ram } from '../ram/index.ts';
import { overlay } from './index.ts';
import { contents, picture } from './testing.ts';
import { setMode } from '../../client/rare-messages.ts';

type Call =
  | { op: 'put' | 'append'; path: string; text: string }
  | { op: 'mkdir' | 'unlink' | 'rmdir' | 'hold'; path: string }
  | { op: 'link' | 'rename' | 'symlink'; path: string; to: string }
  | { op: 'chmod'; path: string; mode: number }
  | { op: 'writeHeld'; n: number; text: string }
  | { op: 'close'; n: number };

/** An ordinary user cannot enter a directory of mode 0600. */
const MODES = NOT_ROOT === '' ? [0o600, 0o755] : [0o700, 0o755];

const anyPath = fc
  .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 })
  .map((names) => names.join('/'));
const anyText = fc.constantFrom('', 'x', 'yy', 'same', 'more of it');
const anyCall: fc.Arbitrary<Call> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ op: fc.constant('put' as const), path: anyPath, text: anyText }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('append' as const), path: anyPath, text: anyText }) },
  { weight: 5, arbitrary: fc.record({ op: fc.constantFrom('mkdir' as const), path: anyPath }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constantFrom('unlink' as const, 'rmdir' as const), path: anyPath }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constantFrom('hold' as const), path: anyPath }) },
  {
    weight: 7,
    arbitrary: fc.record({
      op: fc.constantFrom('link' as const, 'rename' as const, 'rename' as const),
      path: anyPath,
      to: anyPath,
    }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('symlink' as const), path: anyPath, to: anyPath }) },
  {
    weight: 1,
    arbitrary: fc.record({ op: fc.constant('chmod' as const), path: anyPath, mode: fc.constantFrom(...MODES) }),
  },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('writeHeld' as const), n: fc.nat(9), text: anyText }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('close' as const), n: fc.nat(9) }) },
);
const anyCalls = fc.array(anyCall, { maxLength: 40, size: 'max' });

/** Runs the calls; failures are ignored. */
class Guest {
  readonly kit: Kit;
  private held: number[] = [];

  constructor(backend: Backend) {
    this.kit = new Kit({ backend, dispose: () => {} });
  }

  make(call: Call): void {
    const { kit, held } = this;
    const { client } = kit.mount;
    if (call.op === 'put' || call.op === 'append')
      this.write(call.path, call.op === 'put' ? 0o1000 : 0o2000, call.text);
    else if (call.op === 'mkdir' || call.op === 'unlink' || call.op === 'rmdir') kit[call.op](call.path);
    else if (call.op === 'link' || call.op === 'rename') kit[call.op](call.path, call.to);
    else if (call.op === 'symlink') kit.symlink(call.to, call.path);
    else if (call.op === 'chmod') {
      const fid = client.walk(kit.root, call.path.split('/'), 0, call.path.split('/').length);
      if (fid < 0) return;
      setMode(client, fid, SETATTR_MODE, call.mode);
      kit.clunk(fid);
    } else if (call.op === 'hold') {
      const fid = kit.openFid(call.path, O_RDWR);
      if (fid > 0) held.push(fid);
    } else if (held.length > 0 && call.op === 'close') kit.clunk(held.splice(call.n % held.length, 1)[0]!);
    else if (held.length > 0 && call.op === 'writeHeld') kit.write(held[call.n % held.length]!, 0, call.text);
  }

  private write(path: string, flags: number, text: string): void {
    const { kit } = this;
    const fid = kit.openFid(path, O_RDWR | O_CREAT | flags);
    if (fid < 0) return;
    if (text !== '') kit.write(fid, 0, text);
    kit.clunk(fid);
  }

  closeHeld(): void {
    this.kit.clunk(...this.held.splice(0));
  }

  end(): void {
    this.closeHeld();
    this.kit.end();
  }
}

/** Returns the expected diff(), from the content of both trees. */
function expected(before: Map<string, string>, after: Map<string, string>): string[] {
  const lines: string[] = [];
  for (const [path, now] of after) {
    const then = before.get(path);
    if (then === undefined) lines.push(`added ${path}`);
    else if (now !== then) lines.push(`changed ${path}`);
  }
  for (const path of before.keys()) if (!after.has(path)) lines.push(`removed ${path}`);
  return lines.sort();
}

/** A layer. */
interface Layer {
  backend: Backend;
  atimes: boolean;
  /** @param kept The number of inodes that the overlay keeps. */
  leaks(kept: number): string;
  dispose(): void;
}

function onHost(): Layer {
  const { root, remove } = scratch();
  const backend = hostDir(root);
  return {
    backend,
    atimes: false,
    leaks: (kept) => {
      backend.trim();
      // The host directory also keeps the directories above.
      const dirs = fs
        .readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((it) => it.isDirectory()).length;
      const most = kept + dirs;
      return backend.descriptors <= most ? '' : `${backend.descriptors} descriptors, at most ${most} are wanted`;
    },
    dispose: () => {
      backend.close();
      remove();
    },
  };
}

const plain = (backend: Backend): Layer => ({ backend, atimes: true, leaks: () => '', dispose: () => {} });

const LAYERS: Record<string, [makeLower: () => Layer, makeUpper: () => Layer, runs: number]> = {
  'over ram': [() => plain(ram()), () => plain(ram()), 400],
  'over memfs': [() => plain(memfs(new Volume())), () => plain(ram()), 200],
  'over a host directory': [onHost, () => plain(ram()), 60],
  'over ram, changes in memfs': [() => plain(ram()), () => plain(memfs(new Volume())), 200],
  'over ram, changes in a store that is soon full': [() => plain(ram()), () => plain(ram({ capacity: 200 })), 200],
  'over an overlay': [() => plain(overlay({ lower: ram() })), () => plain(ram()), 200],
  'over ram, changes in a host directory': [() => plain(ram()), onHost, 60],
};

function run(below: Layer, above: Layer, first: Call[], second: Call[], third: Call[]): void {
  const { backend: lower, atimes } = below;
  try {
    const maker = new Guest(lower);
    for (const call of first) maker.make(call);
    maker.end();
    const merged = overlay({ lower, upper: above.backend });
    const guest = new Guest(merged);
    const sizes = atimes && above.atimes;
    for (const calls of [second, third]) {
      const before = picture(lower, atimes);
      const held = contents(lower);
      for (const call of calls) guest.make(call);
      const after = contents(merged);
      const changes = merged.diff().map(({ change, path }) => `${change} ${path}`);
      assert.equal(changes.slice().sort(), expected(held, after));
      assert.is(picture(lower, atimes), before, 'the lower layer has changed');
      const groups = links(merged);
      assert.equal(merged.commit(), { errno: 0, path: '', unsettled: '' });
      assert.equal([...contents(lower)].sort(), [...after].sort(), 'the committed content');
      assert.equal([...contents(merged)].sort(), [...after].sort(), 'the overlay after the commit');
      assert.equal(merged.diff(), []);
      assert.is(links(lower).join(' | '), groups.join(' | '));
      assert.equal(links(merged), groups, 'hard links of the overlay');
      assert.is(shape(lower, sizes), shape(merged, sizes));
    }
    guest.end();
    assert.is(merged.leaked, 0);
    assert.is(below.leaks(merged.kept) + above.leaks(merged.kept), '');
  } finally {
    below.dispose();
    above.dispose();
  }
}

/**
 * Returns further attributes of each path: link count and times.
 * @param sizes True if the size of a directory counts its entries.
 */
function shape(backend: Backend, sizes: boolean): string {
  const lines: string[] = [];
  contents(backend, (path, inode, attr) => {
    const size = inode.kind === S_IFDIR && sizes ? attr.size : '';
    // The host's times are not exact to the nanosecond.
    lines.push(`${path} ${attr.nlink} ${size} ${attr.mtime_sec}.${Math.floor(attr.mtime_nsec / 1000)}`);
  });
  return lines.sort().join('\n');
}

/** Returns the groups of paths that are one file. */
function links(backend: Backend): string[] {
  const groups = new Map<number, string[]>();
  contents(backend, (path, inode, attr) => {
    if (inode.kind === S_IFDIR) return;
    const group = groups.get(inode.ino) ?? [];
    groups.set(inode.ino, [...group, `${path} of ${attr.nlink}`]);
  });
  return [...groups.values()].map((group) => group.sort().join(' ')).sort();
}

for (const [name, [makeLower, makeUpper, runs]] of Object.entries(LAYERS)) {
  test(`random calls ${name}: the lower layer stays, diff and commit are right`, () => {
    fc.assert(
      fc.property(anyCalls, anyCalls, anyCalls, (first, second, third) => {
        try {
          run(makeLower(), makeUpper(), first, second, third);
        } catch (thrown) {
          // An assertion has its diff outside its message, where fast-check does not look.
          const { details = '', message } = thrown as { details?: string; message: string };
          throw new Error(`${message}\n${details}`, { cause: thrown });
        }
      }),
      { numRuns: Number(process.env['WASI9P_RUNS'] ?? runs), includeErrorInReport: true },
    );
  });
}

test('a lower layer on the host is not touched behind the overlay either', () => {
  const { root, remove } = scratch();
  fs.writeFileSync(`${root}/f`, 'x');
  const { mtimeMs, ctimeMs } = fs.statSync(`${root}/f`);
  const lower = hostDir(root);
  const guest = new Guest(overlay({ lower }));
  guest.make({ op: 'append', path: 'f', text: 'more' });
  guest.make({ op: 'rename', path: 'f', to: 'g' });
  guest.end();
  const now = fs.statSync(`${root}/f`);
  assert.equal([now.mtimeMs, now.ctimeMs, now.nlink], [mtimeMs, ctimeMs, 1]);
  lower.close();
  remove();
});

test.run();
