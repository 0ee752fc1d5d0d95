// The types of memfs internals that this backend uses, and the test for them. memfs itself is not imported.
import { invalid } from '../../lib/options.ts';

/**
 * The internals of memfs behind `volume._core`, as far as they are used here (Superblock, Link and Node of
 * @jsonjoy.com/fs-core, as of memfs 4.59 to 4.80). Declared here rather than imported, since the fields are private there and
 * the core bundle must not include memfs.
 */

/** The Buffer class of the volume: Node's, or a browser polyfill. */
export interface CoreBuffer extends Uint8Array {
  fill(value: number, start?: number, end?: number): this;
}

/** The property of a memfs node that holds its inode; a WeakMap would cost the garbage collector far more. */
export const INODE: unique symbol = Symbol('wasi9p.inode');

/** An inode of memfs. */
export interface CoreNode {
  [INODE]?: object;
  ino: number;
  mode: number;
  rdev: number;
  symlink: string;
  buf: CoreBuffer;
  capacity: number;
  size: number;
  _uid: number;
  _gid: number;
  _nlink: number;
  _atime: Date;
  _mtime: Date;
  _ctime: Date;
  _btime: Date;
  makeSymlink(target: string): void;
  /** Notifies the node's own listeners of its deletion. */
  del(): void;
}

/** A directory entry of memfs; for a directory it also holds the entries, `.` and `..` included. */
export interface CoreLink {
  name: string;
  /** The path from the root, as names. The setter updates all links below by recursion: see `setSteps`. */
  readonly steps: string[];
  _steps: string[];
  parent: CoreLink | undefined;
  children: Map<string, CoreLink | undefined>;
  getNode(): CoreNode;
  createChild(name: string, node?: CoreNode): CoreLink;
  setChild(name: string, link: CoreLink): CoreLink;
  deleteChild(link: CoreLink): void;
}

/** The event that listeners of a volume receive; `type` is an `FsEventType`. */
export interface CoreEvent {
  type: number;
  steps: string[];
  node: CoreNode;
  link: CoreLink;
  oldSteps: string[] | undefined;
}

export const EVENT_CREATE = 0;
export const EVENT_DELETE = 1;
export const EVENT_MODIFY = 2;
export const EVENT_ATTRIB = 3;
export const EVENT_MOVE = 4;

export interface CoreFanOut {
  listeners: Set<unknown>;
  emit(event: CoreEvent): void;
}

/**
 * The property of a volume that holds its next inode number, so that two backends of it never assign one number twice.
 */
export const NEXT_INO: unique symbol = Symbol('wasi9p.nextIno');

/** The inode table and the root of a volume. */
export interface Core {
  [NEXT_INO]?: number;
  root: CoreLink;
  inodes: Record<number, CoreNode>;
  releasedInos: number[];
  openFiles: number;
  changes: CoreFanOut;
  createNode(mode: number): CoreNode;
}

/** A memfs `Volume`, as far as its type is needed here. */
export interface MemfsVolume {
  _core: unknown;
  readFileSync(path: string): unknown;
}

/** True if a value is a memfs `Volume` with the expected internals, which memfs has had since 4.59. */
export function isMemfsVolume(value: unknown): value is MemfsVolume {
  if (typeof value !== 'object' || value === null) return false;
  const core = (value as { _core?: Partial<Core> })._core;
  return (
    typeof core === 'object' &&
    core !== null &&
    core.root?.children instanceof Map &&
    typeof core.changes?.emit === 'function'
  );
}

/** @throws TypeError for a `Volume` with other internals. */
export function refuseOtherVersions(value: unknown, name: string): void {
  const volume = value as Partial<Record<'readFileSync' | 'fromJSON' | 'toJSON', unknown>> | null | undefined;
  const methods = [volume?.readFileSync, volume?.fromJSON, volume?.toJSON];
  if (isMemfsVolume(value) || !methods.every((method) => typeof method === 'function')) return;
  throw invalid(`"${name}" is a Volume of an unsupported memfs; supported are 4.59 and later versions of 4`);
}

/** Sets the path of a link and of all links below; memfs itself would overflow the stack at some 2,000 levels. */
export function setSteps(link: CoreLink, steps: string[]): void {
  link._steps = steps;
  for (const todo = [link]; todo.length > 0;) {
    const dir = todo.pop()!;
    for (const [name, child] of dir.children) {
      if (name === '.' || name === '..' || child === undefined) continue;
      child._steps = [...dir._steps, name];
      todo.push(child);
    }
  }
}
