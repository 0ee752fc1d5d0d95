// Random trees survive a round trip through an archive.
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  SETATTR_ATIME,
  SETATTR_ATIME_SET,
  SETATTR_MODE,
  SETATTR_MTIME,
  SETATTR_MTIME_SET,
} from '../../9p/constants.ts';
import { O_WRONLY, S_IFLNK, S_IFREG } from '../../linux/constants.ts';
import { Iov } from '../../lib/iov.ts';
import type { Backend } from '../../backend/backend.ts';
import type { Kit } from '../../../testing/kit.ts';
import { ram } from '../ram/index.ts';
import { unpackTar, packTar } from '../../archive/index.ts';
import { tar } from './index.ts';
import { formatPax, formatTime, parsePax, parseTime } from './format/pax.ts';
import { chown, content, mounted } from './testing.ts';
import { mknod, setMode } from '../../client/rare-messages.ts';

const TIMES = SETATTR_ATIME | SETATTR_ATIME_SET | SETATTR_MTIME | SETATTR_MTIME_SET;

const time = fc.record({
  sec: fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 }), fc.integer({ min: -(2 ** 35), max: 2 ** 35 })),
  nsec: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 999_999_999 })),
});

test('times in text', () => {
  fc.assert(
    fc.property(time, (value) => {
      assert.equal(parseTime(formatTime(value)), { ...value });
    }),
  );
  for (const text of ['', '-', '.5', '1e3', '0x1', ' 1', '1 ', '1.2.3', '--1']) assert.is(parseTime(text), null, text);
  assert.equal(parseTime('1.'), { sec: 1, nsec: 0 });
  assert.equal(parseTime('-0'), { sec: 0, nsec: 0 });
});

test('records of extended headers, of any length', () => {
  const keyword = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/[=\0]/.test(text));
  fc.assert(
    fc.property(fc.array(fc.tuple(keyword, fc.uint8Array({ maxLength: 1100 }))), (pairs) => {
      const records = new Map(pairs);
      assert.equal([...parsePax(formatPax(records))!], [...records]);
    }),
  );
  // Around the lengths at which the record length gains a digit.
  for (const length of [0, 1, 3, 4, 5, 6, 7, 90, 91, 92, 93, 94, 95, 989, 990, 991, 992, 993]) {
    const records = new Map([['k', new Uint8Array(length).fill(10)]]);
    assert.equal([...parsePax(formatPax(records))!], [...records], String(length));
  }
});

const name = fc
  .oneof(
    fc.constantFrom('a', 'b', 'c'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
    fc.string({ unit: fc.constantFrom('x', 'é', ' ', '\n', '=', '\\'), minLength: 80, maxLength: 120 }),
  )
  .map((text) => text.replace(/[/\0]/g, '_'))
  .filter((text) => text !== '.' && text !== '..' && Buffer.byteLength(text) <= 255);

const file = fc.record({
  path: fc.array(name, { minLength: 1, maxLength: 4 }),
  kind: fc.constantFrom('file', 'directory', 'symlink', 'link'),
  data: fc.uint8Array({ maxLength: 1100 }),
  target: fc.string({ minLength: 1, maxLength: 150 }).filter((text) => !text.includes('\0')),
  perm: fc.integer({ min: 0, max: 0o7777 }),
  uid: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  mtime: time,
});
type File = typeof file extends fc.Arbitrary<infer T> ? T : never;

/** Creates a file if possible; an existing one stays. */
function make(kit: Kit, { path, kind, data, target, perm, uid, mtime }: File, earlier: number | null): void {
  const { client } = kit;
  let dir = kit.clone(kit.root);
  for (const step of path.slice(0, -1)) {
    client.mkdir(dir, step, 0o755);
    const next = client.walk(dir, [step, '.'], 0, 2);
    kit.clunk(dir);
    if (next < 0) return;
    dir = next;
  }
  const last = path.at(-1)!;
  if (kind === 'directory') client.mkdir(dir, last, 0o755);
  else if (kind === 'symlink') client.symlink(dir, last, target);
  else if (kind === 'link' && earlier !== null) client.link(dir, earlier, last);
  else mknod(client, dir, last, 0o600, 0, 0);
  const fid = client.walk(dir, [last], 0, 1);
  kit.clunk(dir);
  assert.ok(fid > 0);
  const opened = kit.clone(fid);
  if (client.lopen(opened, O_WRONLY) === 0) {
    const iov = new Iov();
    iov.single(data, 0, data.length);
    client.write(opened, 0, iov);
  }
  chown(kit.subject.backend, path.join('/'), uid, uid % 7);
  if (kit.fstat(fid).kind !== S_IFLNK) setMode(client, fid, SETATTR_MODE, perm);
  client.setTimes(fid, TIMES, 0, 0, mtime.sec, mtime.nsec);
  kit.clunk(opened, fid);
}

function treeOf(files: readonly File[]): Backend {
  const store = ram();
  mounted(store, (kit) => {
    for (const each of files) {
      const first = kit.list('').find((entry) => kit.stat(entry).kind === S_IFREG);
      const earlier = first === undefined ? null : kit.walk(first);
      make(kit, each, earlier);
      if (earlier !== null) kit.clunk(earlier);
    }
  });
  return store;
}

test('trees: save, load, save', () => {
  fc.assert(
    fc.property(fc.array(file, { maxLength: 12 }), (files) => {
      const from = treeOf(files);
      const bytes = packTar(from);
      const into = ram();
      unpackTar(bytes, into);
      assert.is(content(into), content(from));
      assert.is(content(tar(bytes)), content(from));
      assert.is(Buffer.compare(packTar(into), bytes), 0);
    }),
    { numRuns: 150 },
  );
});

test.run();
