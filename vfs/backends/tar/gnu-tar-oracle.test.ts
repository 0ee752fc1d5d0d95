// GNU tar is the oracle: an archive is read as GNU tar unpacks it, or refused, or the member is reported as skipped.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { S_IFDIR, S_IFLNK, S_IFREG } from '../../linux/constants.ts';
import { decodeText } from '../../lib/utf8.ts';
import type { TarInode } from './inode.ts';
import type { TarStore } from './backend.ts';
import { openTar as tar } from './open.ts';
import { hasTar, inScratch, pack, pax, systemTar, type Raw } from './testing.ts';
import { NOT_ROOT, unless } from '../../../build/test/skip.ts';

const NO_TAR = hasTar ? '' : 'GNU tar is not installed';
const compare = unless(NO_TAR);
/** For archives with directories of any mode. */
const compareAsRoot = unless(NO_TAR || NOT_ROOT);

/** The bytes of a file to compare: of a large one the first and the last. */
const PART = 1 << 16;

/** A file in words: kind, permissions, time, and content. */
type Files = Map<string, string>;

/** The result of the system tar, and whether it reported an error. */
function unpacked(dir: string, bytes: Uint8Array): { files: Files; isWhole: boolean; said: string } {
  const out = `${dir}/out`;
  fs.rmSync(out, { recursive: true, force: true });
  fs.mkdirSync(out);
  fs.writeFileSync(`${dir}/a.tar`, bytes);
  const { status, stderr } = spawnSync('tar', ['-xpf', `${dir}/a.tar`, '-C', out, '--no-same-owner'], {
    env: { ...process.env, LC_ALL: 'C' },
  });
  const files: Files = new Map();
  below(Buffer.from(`${out}/`), Buffer.alloc(0), files);
  return { files, isWhole: status === 0, said: stderr.toString() };
}

function below(root: Buffer, path: Buffer, files: Files): void {
  for (const name of fs.readdirSync(Buffer.concat([root, path]), { encoding: 'buffer' })) {
    const child = Buffer.concat([path, name]);
    const full = Buffer.concat([root, child]);
    const stat = fs.lstatSync(full, { bigint: true });
    const kind = Number(stat.mode) & 0o170000;
    const perm = kind === S_IFLNK ? 0o777 : Number(stat.mode) & 0o7777;
    let content = '';
    if (kind === S_IFLNK) content = decodeText(fs.readlinkSync(full, 'buffer'));
    if (kind === S_IFREG) {
      const fd = fs.openSync(full, 'r');
      content = partsOf(Number(stat.size), (offset, into) => void fs.readSync(fd, into, 0, into.length, offset));
      fs.closeSync(fd);
    }
    files.set(decodeText(child), wordsOf(kind, perm, secondsOf(stat.mtimeNs), content));
    if (kind === S_IFDIR) below(root, Buffer.concat([child, Buffer.from('/')]), files);
  }
}

/** Whole seconds, rounded towards the past; a number of nanoseconds is not exact. */
function secondsOf(nanoseconds: bigint): number {
  const below = ((nanoseconds % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  return Number((nanoseconds - below) / 1_000_000_000n);
}

function partsOf(size: number, read: (offset: number, into: Buffer) => void): string {
  const begin = Buffer.alloc(Math.min(size, PART));
  const end = Buffer.alloc(begin.length);
  read(0, begin);
  read(size - end.length, end);
  return `${size} ${begin.toString('base64')} ${end.toString('base64')}`;
}

function wordsOf(kind: number, perm: number, sec: number, content: string): string {
  // A member that could not be unpacked moves the time of its directory.
  return `${kind.toString(8)} ${perm.toString(8)} ${kind === S_IFDIR ? '' : sec} ${content}`;
}

/** The same for our reader. */
function ours(backend: TarStore): Files {
  const files: Files = new Map();
  const visit = (dir: TarInode, path: string): void => {
    for (const [name, inode] of dir.children) {
      const { kind, meta } = inode;
      let content = '';
      if (kind === S_IFLNK) content = backend.readlink(inode);
      if (kind === S_IFREG)
        content = partsOf(
          backend.size(inode),
          (offset, into) => void backend.read(inode, 0, offset, into, 0, into.length),
        );
      files.set(path + name, wordsOf(kind, meta.perm, meta.mtime.sec, content));
      if (kind === S_IFDIR) visit(inode, `${path}${name}/`);
    }
  };
  visit(backend.root(), '');
  return files;
}

/** Returns the difference in words; '' if there is none or the archive was refused. */
function difference(dir: string, bytes: Uint8Array): string {
  let backend;
  try {
    backend = tar(bytes);
  } catch (thrown) {
    assert.match((thrown as Error).message, /^(This (tar|gzip) archive is |This is |'.*' is stored sparse)/s);
    return '';
  }
  const theirs = unpacked(dir, bytes);
  const found = ours(backend);
  const left = backend.skipped.map(({ path }) => path.replace(/^[./]+/, '').split('\0')[0]!);
  for (const [path, words] of found) {
    if (theirs.files.get(path) === words) continue;
    // A member that tar could not create, and reports.
    if (!theirs.isWhole && theirs.said.includes(path)) continue;
    // The data is complete, but not the padding of its last block.
    if (theirs.said.includes('Unexpected EOF')) continue;
    // A skipped member changes the files before it.
    if (left.some((each) => path.startsWith(each) || each.startsWith(path))) continue;
    return `${path}: ${words.slice(0, 200)} !== ${theirs.files.get(path)?.slice(0, 200)} (${theirs.said})`;
  }
  if (left.length > 0) return '';
  for (const path of theirs.files.keys()) if (!found.has(path)) return `${path} is missing (${theirs.said})`;
  return '';
}

const GNU = { magic: 'ustar  \0' };
const LONG = (text: string): Raw => ({ name: '././@LongLink', type: 'L', data: `${text}\0`, ...GNU });

/** Archives built by hand, each with its question. */
const CASES: Record<string, Raw[]> = {
  'leading zeros in a size': [
    pax({ size: '00000000000000000000003' }),
    { name: 'f', size: 0, data: 'abc' },
    { name: 'g', data: 'x' },
  ],
  'leading zeros in a time': [pax({ mtime: '0000000000000000000077' }), { name: 'f', data: 'abc' }],
  'the last of two long names': [LONG('first'), LONG('second'), { name: 'f', data: 'x', ...GNU }],
  'the last of two long targets': [
    { name: 'k', type: 'K', data: 'first\0', ...GNU },
    { name: 'k', type: 'K', data: 'second\0', ...GNU },
    { name: 'l', type: '2', ...GNU },
  ],
  'the last of two extended headers, and nothing of the first': [
    pax({ path: 'a', mtime: '5' }),
    pax({ path: 'b' }),
    { name: 'f', data: 'x' },
  ],
  'a long name before an extended header': [LONG('long'), pax({ path: 'b' }), { name: 'f', data: 'x' }],
  'a long name after an extended header': [pax({ path: 'b' }), LONG('long'), { name: 'f', data: 'x' }],
  'a regular file with a slash has no data': [
    { name: 'd/', size: 600 },
    { name: 'f', data: 'x' },
  ],
  'of no known type with a slash': [
    { name: 'd/', type: 'Z', data: 'x' },
    { name: 'f', data: 'x' },
  ],
  'an extended header at the end': [{ name: 'f', data: 'x' }, pax({ path: 'g' })],
  'a long name at the end': [{ name: 'f', data: 'x' }, LONG('g')],
  'records for all': [pax({ mtime: '5', path: 'g' }, 'g'), { name: 'f', data: 'x' }],
  'records for all, in place of earlier ones': [
    pax({ mtime: '5', path: 'a' }, 'g'),
    pax({ comment: '6' }, 'g'),
    { name: 'f', data: 'x' },
  ],
  'a directory of a dump': [
    { name: 'd/', type: 'D', data: 'Yf\0\0', ...GNU },
    { name: 'f', data: 'x' },
  ],
  'links to themselves, forward, in a circle': [
    { name: 'a', data: 'x' },
    { name: 'a', type: '1', target: 'a' },
    { name: 'b', type: '1', target: 'c' },
    { name: 'c', type: '1', target: 'b' },
    { name: 'd', type: '1', target: 'd' },
  ],
  'a symlink is a directory of a later member': [
    { name: 't/', type: '5' },
    { name: 'l', type: '2', target: 't' },
    { name: 'l/f', data: 'x' },
  ],
  'a symlink out of the archive is one': [
    { name: 'l', type: '2', target: '/etc' },
    { name: 'l/wasi9p-x', data: 'x' },
  ],
  'a file in the place of a full directory': [
    { name: 'd/f', data: 'x' },
    { name: 'd', data: 'y' },
  ],
  'a file in the place of an empty directory': [
    { name: 'd/', type: '5' },
    { name: 'd', data: 'y' },
  ],
  'a directory in the place of a symlink': [
    { name: 't/', type: '5' },
    { name: 'l', type: '2', target: 't' },
    { name: 'l/', type: '5' },
    { name: 'l/f', data: 'x' },
  ],
  'names that lead nowhere': [
    { name: '', data: 'x' },
    { name: '.', data: 'x' },
    { name: '/', data: 'x' },
    { name: '../f', data: 'x' },
    { name: 'a/../f', data: 'x' },
    { name: '/abs', data: 'x' },
  ],
  'a NUL in a path': [pax({ path: 'a\0b' }), { name: 'f', data: 'x' }],
  'names of JavaScript': ['__proto__', 'constructor', 'toString', '__proto__/x', 'hasOwnProperty/__proto__'].map(
    (name): Raw => (name === '__proto__' ? { name, type: '5', mode: 0o755 } : { name, data: name }),
  ),
  'a volume label takes the pax header before it': [
    pax({ path: 'a', mtime: '5' }),
    LONG('b'),
    { name: 'label', type: 'V', ...GNU },
    { name: 'f', data: 'x' },
    pax({ size: '3' }),
    { name: 'label', type: 'V', size: 0, data: 'abc' },
    { name: 'g', data: 'y' },
  ],
  'numbers that cannot be read': [pax({ size: '1x' }), { name: 'f', data: 'x' }],
  'a negative size': [pax({ size: '-1' }), { name: 'f', data: 'x' }],
  'an empty size': [pax({ size: '' }), { name: 'f', data: 'x' }],
  'an owner that is not a number': [pax({ uid: 'nobody' }), { name: 'f', data: 'x' }],
  'a time that is none': [pax({ mtime: 'NaN' }), { name: 'f', data: 'x' }],
  'a time before 1970, below a nanosecond': [pax({ mtime: '-1.0000000001' }), { name: 'f', data: 'x' }],
};

for (const [version, records, map] of [
  [
    '1.0',
    { 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0' },
    (pairs: number[]) => ({ lines: [pairs.length / 2, ...pairs] }),
  ],
  [
    '0.1',
    {},
    (pairs: number[]) => ({
      records: { 'GNU.sparse.numblocks': String(pairs.length / 2), 'GNU.sparse.map': pairs.join() },
    }),
  ],
] as const) {
  const file = (pairs: number[], size: number, data: string[], more: Record<string, string> = {}): Raw[] => {
    const { lines, records: its } = { lines: undefined, records: {}, ...map(pairs) } as {
      lines?: number[];
      records: Record<string, string>;
    };
    const blocks = [...(lines === undefined ? [] : [`${lines.join('\n')}\n`]), ...data];
    return [
      pax({ ...records, 'GNU.sparse.name': 's', 'GNU.sparse.realsize': String(size), ...its, ...more }),
      {
        name: 'GNUSparseFile.0/s',
        data: blocks.map((each) => each.padEnd(Math.ceil(each.length / 512) * 512, '\0')).join(''),
      },
      { name: 'after', data: 'after' },
    ];
  };
  Object.assign(CASES, {
    [`sparse ${version}: data at the end`]: file([1024, 3, 1027, 0], 1027, ['abc']),
    [`sparse ${version}: a hole at the end`]: file([0, 3, 5000, 0], 5000, ['abc']),
    [`sparse ${version}: extents that are not blocks`]: file([0, 3, 7, 3], 10, ['abc', 'xyz']),
    [`sparse ${version}: nothing but a hole`]: file([9999, 0], 9999, []),
    [`sparse ${version}: extents that overlap`]: file([0, 6, 3, 3], 6, ['abcdef', 'xyz']),
    [`sparse ${version}: extents out of order`]: file([7, 3, 0, 3], 10, ['xyz', 'abc']),
    [`sparse ${version}: an extent behind the end`]: file([0, 3], 2, ['abc']),
    [`sparse ${version}: data that is not there`]: file([0, 2000, 2000, 0], 2000, ['abc']),
    [`sparse ${version}: a map that is not a number`]: file([0, NaN], 3, ['abc']),
    [`sparse ${version}: a negative offset`]: file([-1, 3], 3, ['abc']),
    [`sparse ${version}: a size beyond 2^53`]: file([0, 3, 2 ** 62, 0], 2 ** 62, ['abc']),
    [`sparse ${version}: a version that is not known`]: file([0, 3], 3, ['abc'], { 'GNU.sparse.major': '2' }),
  });
}

for (const [name, members] of Object.entries(CASES))
  (name === 'a directory in the place of a symlink' ? compareAsRoot : compare)(`as GNU tar: ${name}`, () =>
    inScratch((dir) => assert.is(difference(dir, pack(...members)), '')),
  );

compare('checksums over signed bytes', () => {
  inScratch((dir) => {
    const bytes = pack({ name: 'é', data: 'x' });
    let sum = 8 * 32;
    for (let at = 0; at < 512; at++) if (at < 148 || at >= 156) sum += (bytes[at]! << 24) >> 24;
    bytes.set(Buffer.from(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
    assert.equal([...tar(bytes).root().children.keys()], ['é']);
    assert.is(difference(dir, bytes), '');
  });
});

/** A deterministic random generator (mulberry32). */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  };
}

/** Archives to damage: of the system tar in each format, and built by hand. */
function seeds(dir: string): Uint8Array[] {
  fs.mkdirSync(`${dir}/in/d`, { recursive: true });
  fs.writeFileSync(`${dir}/in/d/f`, 'x'.repeat(700));
  fs.writeFileSync(`${dir}/in/${'n'.repeat(120)}`, 'long');
  fs.symlinkSync('f', `${dir}/in/d/l`);
  fs.linkSync(`${dir}/in/d/f`, `${dir}/in/h`);
  const fd = fs.openSync(`${dir}/in/s`, 'w');
  for (const at of [0, 1 << 20, 3 << 20]) fs.writeSync(fd, 'data', at);
  fs.ftruncateSync(fd, 1 << 22);
  fs.closeSync(fd);
  const formats = [
    ['--format=gnu', '-S'],
    ['--format=ustar', '--exclude=n*', '--exclude=s'],
    ['--format=v7', '--exclude=n*', '--exclude=s'],
    ...['0.0', '0.1', '1.0'].map((version) => ['--format=posix', '-S', `--sparse-version=${version}`]),
  ];
  return [
    ...formats.map((format) => systemTar(dir, '-c', ...format, '-C', 'in', '.')),
    ...Object.values(CASES).map((members) => pack(...members)),
  ];
}

/** Bytes with a meaning in a header, a record or a map. */
const BYTES = [
  0, 0x20, 0x2d, 0x2e, 0x2f, 0x30, 0x31, 0x35, 0x37, 0x38, 0x3d, 0x44, 0x4b, 0x4c, 0x53, 0x67, 0x78, 0x80, 0xff,
];

/** Changes up to three bytes or truncates, and mostly repairs the checksums. */
function spoilt(bytes: Uint8Array, pick: (below: number) => number): Uint8Array {
  const changed = Uint8Array.from(bytes);
  const heads: number[] = [];
  for (let at = 0; at + 512 <= bytes.length; at += 512)
    if (/^[0-7]{6}\0 $/.test(text(bytes, at + 148, 8))) heads.push(at);
  for (let i = pick(3); i >= 0; i--) {
    const head = heads[pick(heads.length)]!;
    // In the fields of a header, or in what follows it.
    const at =
      pick(3) > 0
        ? head + [0, 100, 124, 136, 156, 157, 257, 345, 386, 483][pick(10)]! + pick(12)
        : head + 512 + pick(512);
    if (at < changed.length) changed[at] = BYTES[pick(BYTES.length)]!;
  }
  if (pick(10) > 0) for (const at of heads) summed(changed.subarray(at, at + 512));
  return pick(20) === 0 ? changed.slice(0, pick(changed.length)) : changed;
}

function text(bytes: Uint8Array, at: number, length: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + at, length).toString('latin1');
}

function summed(block: Uint8Array): void {
  block.fill(32, 148, 156);
  let sum = 0;
  for (const byte of block) sum += byte;
  block.set(Buffer.from(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
}

compareAsRoot('as GNU tar: hundreds of archives with bytes changed', () => {
  inScratch((dir) => {
    const from = seeds(dir);
    const [seed, count] = [Number(process.env.WASI9P_SEED ?? 1), Number(process.env.WASI9P_ARCHIVES ?? 600)];
    const pick = random(seed);
    let read = 0;
    const wrong: string[] = [];
    for (let i = 0; i < count; i++) {
      const bytes = spoilt(from[pick(3) === 0 ? pick(from.length) : pick(6)]!, pick);
      const differs = difference(dir, bytes);
      if (differs === '') read += isRead(bytes) ? 1 : 0;
      else wrong.push(`${i}: ${differs}`);
    }
    assert.equal(wrong, []);
    // Enough of them are still valid.
    assert.ok(read > count / 5, `${read} of ${count}`);
  });
});

function isRead(bytes: Uint8Array): boolean {
  try {
    return tar(bytes).root() !== null;
  } catch {
    return false;
  }
}

test.run();
