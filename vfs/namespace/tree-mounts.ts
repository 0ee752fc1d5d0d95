// The mount table of one tree of a namespace, by the inode numbers of its directories.
import { WireDirent, encodeDirent } from '../9p/codec.gen.ts';
import { QTDIR } from '../9p/constants.ts';
import { S_IFDIR } from '../linux/constants.ts';
import { Packet } from '../9p/packet.ts';
import type { AtCalls } from '../client/at/at-calls.ts';
import { SYNTHETIC_COOKIE, type MountTable } from '../client/at/mount-table.ts';
import { E } from '../linux/errno.ts';

/** Bytes of the longest entry: qid[13] offset[8] type[1], and length[2] and 255 bytes of a name. */
const LONGEST = 24 + 255;

/** Place of a tree in the tree around it. */
type Around = ReturnType<MountTable['parentMount']>;

/** A mount point in a directory. */
interface Point {
  readonly name: string;
  readonly at: AtCalls;
  /** True if the directory itself has no such name. */
  readonly isExtra: boolean;
}

/**
 * The mount table of one tree, by the inode number of the directory, so that a mount moves with a renamed directory.
 */
export class TreeMounts implements MountTable {
  /** The names of all mount points of the namespace: a symlink may lead there from any tree. */
  private readonly names: Set<string>;
  private readonly at: AtCalls;
  private readonly points = new Map<number, Point[]>();
  private readonly around: Around;
  private hasExtras = false;

  /**
   * @param at The tree.
   * @param names Shared by all tables of a namespace.
   * @param around Place of the tree itself, or null.
   */
  constructor(at: AtCalls, names: Set<string>, around: Around) {
    this.at = at;
    this.names = names;
    this.around = around;
  }

  /** Mounts a tree on a name of a directory, replacing an earlier mount there. `isExtra`: the name does not exist. */
  add(dir: number, name: string, at: AtCalls, isExtra: boolean): void {
    const ino = this.inoOf(dir);
    this.names.add(name);
    this.hasExtras ||= isExtra;
    const others = (this.points.get(ino) ?? []).filter((point) => point.name !== name);
    this.points.set(ino, [...others, { name, at, isExtra }]);
  }

  /** The inode number of a fid; −1 on an error. */
  private inoOf(fid: number): number {
    const { client } = this.at;
    if (client.getattr(fid, 0) !== 0) return -1;
    return client.r.qid_path_hi * 0x1_0000_0000 + client.r.qid_path_lo;
  }

  private pointsIn(dir: number): readonly Point[] {
    return this.points.size === 0 ? [] : (this.points.get(this.inoOf(dir)) ?? []);
  }

  mayCross(names: readonly string[]): boolean {
    for (const name of names) if (this.names.has(name)) return true;
    return false;
  }

  mountAt(dir: number, name: string): AtCalls | null {
    if (!this.names.has(name)) return null;
    return this.pointsIn(dir).find((point) => point.name === name)?.at ?? null;
  }

  busy(dir: number, name: string): number {
    if (this.mountAt(dir, name) !== null) return E.EBUSY;
    if (!this.hasExtras) return 0;
    const { client } = this.at;
    const fid = client.walk(dir, [name], 0, 1);
    if (fid < 0) return 0;
    const holds = client.r.wqid_type[0] === QTDIR && this.pointsIn(fid).some(({ isExtra }) => isExtra);
    client.clunk(fid);
    return holds ? E.ENOTEMPTY : 0;
  }

  syntheticEntries(dir: number): readonly Uint8Array[] {
    if (!this.hasExtras) return [];
    const extras = this.pointsIn(dir).filter(({ isExtra }) => isExtra);
    return extras.map((point, i) => entryOf(point, i + 1));
  }

  parentMount(base: number): Around {
    if (this.around === null) return null;
    return this.inoOf(base) === this.inoOf(this.at.client.root) ? this.around : null;
  }
}

/** Encodes the entry of a mount point. `cookie` is the lower half of the cookie. */
function entryOf({ name, at: { client } }: Point, cookie: number): Uint8Array {
  const entry = new WireDirent();
  if (client.getattr(client.root, 0) === 0) {
    entry.qid_path_lo = client.r.qid_path_lo;
    entry.qid_path_hi = client.r.qid_path_hi;
  }
  entry.qid_type = QTDIR;
  // DT_* numbers are S_IFMT bits shifted down (dirent.h, IFTODT).
  entry.dtype = S_IFDIR >>> 12;
  entry.name = name;
  entry.cookie_lo = cookie;
  entry.cookie_hi = SYNTHETIC_COOKIE;
  const packet = new Packet(LONGEST);
  return packet.u8.slice(0, encodeDirent(entry, packet, 0, LONGEST));
}
