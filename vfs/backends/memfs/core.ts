// The types of memfs internals that this backend uses. Type declarations only; memfs itself is not imported.

/**
 * memfs below its API: what this backend uses of `volume._core` (Superblock, Link and Node of
 * @jsonjoy.com/fs-core, as of memfs 4.80). Written down here rather than imported, because the fields are
 * private there and because the core bundle must not pull memfs in.
 */

/** The Buffer class that the volume was made with: Node's, or a browser's stand-in. */
export interface CoreBuffer extends Uint8Array {
  fill(value: number, start?: number, end?: number): this;
}

/** Where a node of memfs carries what the server knows of it: a WeakMap beside it costs the collector far more. */
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
  /** Tells the node's own listeners that it is deleted. */
  del(): void;
}

/** A directory entry of memfs; of a directory it also holds the entries in it, `.` and `..` among them. */
export interface CoreLink {
  name: string;
  /** The names from the root on. Set, it sets those of all links below, each by a call in a call: see `setSteps`. */
  readonly steps: string[];
  _steps: string[];
  parent: CoreLink | undefined;
  children: Map<string, CoreLink | undefined>;
  getNode(): CoreNode;
  createChild(name: string, node?: CoreNode): CoreLink;
  setChild(name: string, link: CoreLink): CoreLink;
  deleteChild(link: CoreLink): void;
}

/** What listeners of a volume get; the numbers of `FsEventType`. */
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

/** Where a volume carries the number of its next inode, so that two backends on it never give one number twice. */
export const NEXT_INO: unique symbol = Symbol('wasi9p.nextIno');

/** The volume's table of inodes and its root. */
export interface Core {
  [NEXT_INO]?: number;
  root: CoreLink;
  inodes: Record<number, CoreNode>;
  releasedInos: number[];
  openFiles: number;
  changes: CoreFanOut;
  createNode(mode: number): CoreNode;
}

/** A memfs `Volume`, as much of it as is needed to know one. */
export interface MemfsVolume {
  _core: unknown;
  readFileSync(path: string): unknown;
}

/** Whether a value is a memfs `Volume` whose insides are as this backend expects. */
export function isMemfsVolume(value: unknown): value is MemfsVolume {
  if (typeof value !== 'object' || value === null) return false;
  const core = (value as { _core?: Partial<Core> })._core;
  return typeof core === 'object' && core !== null && core.root?.children instanceof Map;
}

/** Gives a link and all below it their place; memfs itself would run out of stack in a tree of some 2,000 levels. */
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
