// Archives built byte by byte, and the system tar, for the tests of this folder.
import { spawnSync } from 'node:child_process';
import * as assert from 'uvu/assert';
import {
  SETATTR_ATIME,
  SETATTR_ATIME_SET,
  SETATTR_GID,
  SETATTR_MODE,
  SETATTR_MTIME,
  SETATTR_MTIME_SET,
  SETATTR_UID,
} from '../../9p/constants.ts';
import { Kit } from '../../../testing/kit.ts';
import { scratch } from '../../../testing/scratch.ts';
import type { Backend } from '../../backend/backend.ts';
import { fill, picture } from '../../../testing/conformance/read-only-tree.ts';
import { ram } from '../ram/index.ts';
import { tar } from './index.ts';
import { inTree, walkTo } from '../../archive/tree.ts';
import { setMode, setOwner } from '../../client/rare-messages.ts';

/** True if GNU tar is installed. */
export const hasTar = spawnSync('tar', ['--version'], { encoding: 'utf8' }).stdout?.includes('GNU tar') === true;

/** A member of a test archive: raw header fields. */
export interface Raw {
  name: string | Uint8Array;
  type?: string;
  data?: string | Uint8Array;
  mode?: number;
  uid?: number;
  gid?: number;
  /** Default: the length of the data. Bytes are copied as they are. */
  size?: number | Uint8Array;
  mtime?: number | Uint8Array;
  target?: string;
  prefix?: string;
  magic?: string;
  major?: number;
  minor?: number;
}

const bytesOf = (value: string | Uint8Array): Uint8Array => (typeof value === 'string' ? Buffer.from(value) : value);

/** Writes a number into a field of `length` bytes: octal digits and a NUL, or the given bytes. */
function put(block: Uint8Array, at: number, length: number, value: number | Uint8Array): void {
  if (typeof value === 'number') block.set(Buffer.from(value.toString(8).padStart(length - 1, '0')), at);
  else block.set(value, at);
}

function blocksOf(raw: Raw): Uint8Array {
  const data = bytesOf(raw.data ?? '');
  const block = new Uint8Array(512);
  block.set(bytesOf(raw.name).subarray(0, 100));
  put(block, 100, 8, raw.mode ?? 0o644);
  put(block, 108, 8, raw.uid ?? 0);
  put(block, 116, 8, raw.gid ?? 0);
  put(block, 124, 12, raw.size ?? data.length);
  put(block, 136, 12, raw.mtime ?? 1_000_000_000);
  block.fill(32, 148, 156);
  block.set(Buffer.from(raw.type ?? '0'), 156);
  block.set(Buffer.from(raw.target ?? '').subarray(0, 100), 157);
  block.set(Buffer.from(raw.magic ?? 'ustar\x0000'), 257);
  put(block, 329, 8, raw.major ?? 0);
  put(block, 337, 8, raw.minor ?? 0);
  block.set(Buffer.from(raw.prefix ?? ''), 345);
  let sum = 0;
  for (const byte of block) sum += byte;
  block.set(Buffer.from(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
  const padding = new Uint8Array(-data.length & 511);
  return Buffer.concat([block, data, padding]);
}

/** Returns an archive of these members, with two zero blocks at its end. */
export function pack(...members: Raw[]): Uint8Array {
  return new Uint8Array(Buffer.concat([...members.map(blocksOf), new Uint8Array(1024)]));
}

/** Returns a pax extended header member, for the next member or (`g`) for all later ones. */
export function pax(records: Record<string, string>, type: 'x' | 'g' = 'x'): Raw {
  const lines = Object.entries(records).map(([keyword, value]) => {
    const rest = Buffer.byteLength(` ${keyword}=${value}\n`);
    let length = rest + 1;
    while (String(length).length + rest !== length) length++;
    return `${length} ${keyword}=${value}\n`;
  });
  return { name: 'PaxHeaders/x', type, data: lines.join('') };
}

/** Runs a test on a mounted backend, then checks for leaks. */
export function mounted(backend: Backend, run: (kit: Kit) => void): void {
  const kit = new Kit({ backend, dispose: () => {} });
  run(kit);
  kit.end();
}

/** chown(2) of a path, in a separate session. */
export function chown(backend: Backend, path: string, uid: number, gid: number): void {
  inTree(backend, 'backend', (tree) => {
    const fid = walkTo(tree.client, path.split('/'));
    assert.ok(fid > 0);
    assert.is(setOwner(tree.client, fid, SETATTR_UID | SETATTR_GID, uid, gid), 0);
    tree.client.clunk(fid);
  });
}

/** Returns a tree as text, without store-specific values: inode numbers, versions, ctime. */
export function content(backend: Backend): string {
  let text = '';
  mounted(backend, (kit) => {
    text = picture(kit, '', false);
  });
  return text;
}

/** Calls `run` with a scratch directory, and removes it. */
export function inScratch(run: (dir: string) => void): void {
  const { root, remove } = scratch();
  try {
    run(root);
  } finally {
    remove();
  }
}

/** Runs the system tar in a directory. Returns its output; fails on any message. */
export function systemTar(dir: string, ...args: string[]): Uint8Array {
  const { status, stdout, stderr } = spawnSync('tar', args, { cwd: dir, maxBuffer: 1 << 28 });
  if (status !== 0 || stderr.length > 0) throw new Error(`tar ${args.join(' ')}: ${status} ${stderr.toString()}`);
  return new Uint8Array(stdout);
}

const TIMES = SETATTR_ATIME | SETATTR_ATIME_SET | SETATTR_MTIME | SETATTR_MTIME_SET;

/** Sets both times of a path. */
export function setTimes(kit: Kit, path: string, sec: number, nsec: number): void {
  const fid = kit.walk(path);
  assert.is(kit.client.setTimes(fid, TIMES, sec, nsec, sec, nsec), 0);
  kit.clunk(fid);
}

/** Returns the tree of the read-only suite, with attributes that are harder to preserve. */
export function rich(): Backend {
  const store = ram();
  fill(store);
  mounted(store, (kit) => {
    kit.put('late', 'x');
    for (const [path, sec, nsec] of [
      ['late', 0o100000000000, 0],
      ['x', -1, 500_000_000],
      ['empty', 0, 1],
      ['d/g', 0, 0],
    ] as const)
      setTimes(kit, path, sec, nsec);
    const fid = kit.walk('late');
    chown(store, 'late', 3_000_000, 70);
    assert.is(setMode(kit.client, fid, SETATTR_MODE, 0o6751), 0);
    kit.clunk(fid);
    assert.is(kit.link('d/g', 'e/hard'), 'ok');
    assert.is(kit.link('l', 'e/hardlink'), 'ok');
    assert.is(kit.link('fifo', 'e/hardfifo'), 'ok');
  });
  return store;
}

/** Mounts an archive with these members. */
export function archived(members: Raw[], run: (kit: Kit, skipped: [path: string, reason: string][]) => void): void {
  const backend = tar(pack(...members));
  const skipped = backend.skipped.map(({ path, reason }) => [path, reason] as [string, string]);
  mounted(backend, (kit) => run(kit, skipped));
}
