import { QTDIR } from '../9p/constants.ts';
import type { AtCalls } from '../client/at.ts';
import { EXTRA, type Joins } from '../client/joins.ts';
import { E } from '../errno.ts';

const encoder = new TextEncoder();

/** d_next[8] d_ino[8] d_namlen[4] d_type[1] pad[3] (witx: dirent) */
const DIRENT = 24;
/** The WASI filetype of a directory. */
const FILETYPE_DIRECTORY = 3;

/** Where a tree is mounted itself: the names lead there from `base`. */
type Around = ReturnType<Joins['outer']>;

/** Something mounted on a name of a directory. */
interface Point {
  readonly name: string;
  readonly at: AtCalls;
  /** The directory has no such name itself. */
  readonly isExtra: boolean;
}

/** What is mounted in one tree: by the inode number of the directory, so that a mount moves with a renamed directory. */
export class JoinTable implements Joins {
  /** The names that something is mounted on anywhere in the namespace: a symlink may lead there from any tree. */
  private readonly names: Set<string>;
  private readonly at: AtCalls;
  private readonly points = new Map<number, Point[]>();
  private readonly around: Around;
  private hasExtras = false;

  /**
   * @param at The tree.
   * @param names Shared by all tables of a namespace.
   * @param around Where the tree is mounted itself.
   */
  constructor(at: AtCalls, names: Set<string>, around: Around) {
    this.at = at;
    this.names = names;
    this.around = around;
  }

  /** Mounts a tree on a name of a directory, in place of what was mounted there. */
  add(dir: number, name: string, at: AtCalls, isExtra: boolean): void {
    const ino = this.inoOf(dir);
    this.names.add(name);
    this.hasExtras ||= isExtra;
    const others = (this.points.get(ino) ?? []).filter((point) => point.name !== name);
    this.points.set(ino, [...others, { name, at, isExtra }]);
  }

  /** The inode number of what a fid stands for; −1 when it cannot be had. */
  private inoOf(fid: number): number {
    const { client } = this.at;
    if (client.getattr(fid, 0) !== 0) return -1;
    return client.r.qid_path_hi * 0x1_0000_0000 + client.r.qid_path_lo;
  }

  private pointsIn(dir: number): readonly Point[] {
    return this.points.size === 0 ? [] : (this.points.get(this.inoOf(dir)) ?? []);
  }

  concern(names: readonly string[]): boolean {
    for (const name of names) if (this.names.has(name)) return true;
    return false;
  }

  over(dir: number, name: string): AtCalls | null {
    if (!this.names.has(name)) return null;
    return this.pointsIn(dir).find((point) => point.name === name)?.at ?? null;
  }

  busy(dir: number, name: string): number {
    if (this.over(dir, name) !== null) return E.EBUSY;
    if (!this.hasExtras) return 0;
    const { client } = this.at;
    const fid = client.walk(dir, [name], 0, 1);
    if (fid < 0) return 0;
    const holds = client.r.wqid_type[0] === QTDIR && this.pointsIn(fid).some(({ isExtra }) => isExtra);
    client.clunk(fid);
    return holds ? E.ENOTEMPTY : 0;
  }

  extra(dir: number): Uint8Array | null {
    if (!this.hasExtras) return null;
    const extras = this.pointsIn(dir).filter(({ isExtra }) => isExtra);
    if (extras.length === 0) return null;
    const bytes: number[] = [];
    for (const { name, at } of extras) bytes.push(...direntOf(bytes.length, name, at));
    return Uint8Array.from(bytes);
  }

  outer(base: number): Around {
    if (this.around === null) return null;
    return this.inoOf(base) === this.inoOf(this.at.client.root) ? this.around : null;
  }
}

/** The WASI dirent of a mounted directory, at an offset of the listing. */
function direntOf(offset: number, name: string, at: AtCalls): Uint8Array {
  const text = encoder.encode(name);
  const bytes = new Uint8Array(DIRENT + text.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, offset + bytes.length, true);
  view.setUint32(4, EXTRA, true);
  const { client } = at;
  if (client.getattr(client.root, 0) === 0) {
    view.setUint32(8, client.r.qid_path_lo, true);
    view.setUint32(12, client.r.qid_path_hi, true);
  }
  view.setUint32(16, text.length, true);
  view.setUint8(20, FILETYPE_DIRECTORY);
  bytes.set(text, DIRENT);
  return bytes;
}
