// Scratch directories and mounted host directories for the tests of this folder, which run in every way that works here.
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import * as assert from 'uvu/assert';
import { SETATTR_ATIME, SETATTR_GID, SETATTR_MODE, SETATTR_MTIME, SETATTR_UID } from '../../9p/constants.ts';
import { mknod, remove, rename, setMode, setOwner, statfs } from '../../client/rare-messages.ts';
import { O_APPEND, O_CREAT, O_NOATIME, O_RDWR, O_TRUNC } from '../../linux/constants.ts';
import { Kit, type Subject } from '../../../testing/kit.ts';
import { scratch } from '../../../testing/scratch.ts';
import { HostDirStore } from './backend.ts';
import type { HostDirOptions } from './options.ts';
import { hostDir as exported, type HostDirBackend } from './index.ts';
import { DESCRIPTOR_WAYS, type DescriptorWay } from './calls/choose.ts';
import { unless } from '../../../build/test/skip.ts';
import { ProcCalls } from './calls/proc-calls.ts';
import type { Libc } from './libc/libc.ts';
import { LibcCalls } from './libc/libc-calls.ts';
import type { Fs } from './node/node.ts';
import { DescriptorTree } from './tree/descriptors/descriptor-tree.ts';
import { PathTree } from './tree/paths/path-tree.ts';
import { descriptorsAt, openTop } from './tree/descriptors/proc.ts';

export { scratch };

/** A directory on a file system in memory, for tests with many files. */
export const inMemory = fs.existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** The way of the test that is running; undefined for the one that hostDir chooses. */
let current: DescriptorWay | undefined;

/** hostDir in the way of the test that is running. */
export function hostDir(path: string, options: HostDirOptions = {}): HostDirBackend {
  return exported(path, options.paths === true || current === undefined ? options : { way: current, ...options });
}

/** The reason that a way does not work here; '' if it works. */
export function reasonAgainst(way: DescriptorWay): string {
  try {
    exported('/', { way }).close();
    return '';
  } catch (thrown) {
    return (thrown as Error).message;
  }
}

/** The ways to test, with the reason to skip each; elsewhere than on Linux the only one. */
export function waysHere(): (readonly [way: DescriptorWay | undefined, reason: string])[] {
  return process.platform === 'linux' ? DESCRIPTOR_WAYS.map((way) => [way, reasonAgainst(way)]) : [[undefined, '']];
}

/**
 * Returns a function that registers a test in every way by descriptors, which `hostDir` and `hosted` then use.
 * @param reason Skips the tests if it is not ''.
 */
export function everyWay(reason = ''): (title: string, run: () => void | Promise<void>) => void {
  return (title, run) => {
    for (const [way, against] of waysHere()) {
      unless(reason || against)(way === undefined ? title : `${title} [${way}]`, async () => {
        current = way;
        await run();
      });
    }
  };
}

/** A scratch directory that is reached by paths, as on macOS and Windows. */
export function byPaths(): Subject {
  const { root, remove } = scratch();
  const backend = new HostDirStore(new PathTree(fs, root));
  return {
    backend,
    outside: { fs, root },
    leaks: () => {
      backend.trim();
      return backend.descriptors === 0 ? '' : `${backend.descriptors} descriptors`;
    },
    dispose: () => {
      backend.close();
      remove();
    },
  };
}

/** A host directory that is reached through /proc with another node:fs. */
export function throughProc(own: Fs, root: string): HostDirStore {
  return new HostDirStore(new DescriptorTree(new ProcCalls(own, descriptorsAt(own)), openTop(own, root)));
}

/** A host directory that is reached through another libc. */
export function throughLibc(own: Libc, way: 'openat2' | 'openat', root: string): HostDirStore {
  const calls = new LibcCalls(own, way, fs.constants, descriptorsAt(fs));
  const fd = openTop(fs, root);
  const top = calls.own(fd);
  fs.closeSync(fd);
  return new HostDirStore(new DescriptorTree(calls, top));
}

/** The parts of a test of a host directory. */
export interface Hosted {
  kit: Kit;
  backend: HostDirBackend;
  /** The exported directory, and the one beside it that is out of reach. */
  root: string;
  outside: string;
}

/** Runs a test on a mounted scratch directory, then checks for leaks. */
export function hosted(run: (host: Hosted) => void, options?: HostDirOptions, fill?: (root: string) => void): void {
  const { root, outside, remove } = scratch();
  fill?.(root);
  const backend = hostDir(root, options);
  try {
    const kit = new Kit({ backend, dispose: () => {} });
    run({ kit, backend, root, outside });
    kit.end();
  } finally {
    backend.close();
    remove();
  }
}

/** Some of every call. Answers are not checked: any may be an error. */
export function everyCall(kit: Kit): void {
  const { client, root } = kit;
  const at = (fid: number, ...names: string[]): number => client.walk(fid, names, 0, names.length);
  client.mkdir(root, 'd', 0o755);
  client.mkdir(root, 'e', 0o755);
  const d = at(root, 'd');
  const file = client.clone(root);
  client.lcreate(file, 'f', O_RDWR | O_CREAT, 0o644);
  kit.write(file, 0, 'data');
  kit.read(file);
  client.fsync(file, false);
  client.fsync(file, true);
  client.setSize(file, 0x8, 2);
  setMode(client, file, SETATTR_MODE, 0o600);
  client.setTimes(file, SETATTR_ATIME | SETATTR_MTIME, 0, 0, 0, 0);
  setOwner(client, file, SETATTR_UID | SETATTR_GID, process.getuid!(), process.getgid!());
  client.getattr(file, 0x7ff);
  client.link(root, file, 'g');
  if (d > 0) client.link(d, file, 'h');
  client.symlink(root, 'l', 'f');
  mknod(client, root, 'n', 0o100644, 0, 0);
  const link = at(root, 'l');
  if (link > 0) client.readlink(link);
  for (const flags of [O_RDWR, O_NOATIME, O_RDWR | O_APPEND, O_RDWR | O_TRUNC]) {
    const fid = at(root, 'd', 'h');
    if (fid <= 0) continue;
    client.lopen(fid, flags);
    client.clunk(fid);
  }
  const dir = client.clone(root);
  client.lopen(dir, 0);
  for (let i = 0; i < 3; i++) list(kit, dir, i);
  client.clunk(dir);
  client.renameat(root, 'g', root, 'l');
  if (d > 0) client.renameat(root, 'e', d, 'e');
  const up = d > 0 ? at(d, 'e', '..', '..') : 0;
  if (up > 0) client.clunk(up);
  const moved = at(root, 'n');
  if (moved > 0 && d > 0) rename(client, moved, d, 'n');
  if (moved > 0) remove(client, moved);
  statfs(client, root);
  client.unlinkat(root, 'f', 0);
  if (d > 0) {
    client.unlinkat(d, 'h', 0);
    client.unlinkat(d, 'n', 0);
    client.unlinkat(d, 'e', 0x200);
  }
  client.unlinkat(root, 'd', 0x200);
  if (link > 0) client.clunk(link);
  if (d > 0) client.clunk(d);
  client.clunk(file);
  for (const name of ['f', 'g', 'l', 'n']) client.unlinkat(root, name, 0);
  for (const name of ['d', 'e']) client.unlinkat(root, name, 0x200);
}

function list(kit: Kit, fid: number, cookie: number): void {
  try {
    kit.readdir(fid, cookie, 60);
  } catch (thrown) {
    // The kit would assert success; the client does not throw.
    assert.match(String((thrown as Error).message), /^readdir: E/);
  }
}
