// A directory listing for Treaddir, with cookies that stay valid while entries come and go.
import { WireDirent, encodeDirent } from '../../9p/codec.gen.ts';
import { S_IFDIR } from '../../linux/constants.ts';
import { Packet } from '../../9p/packet.ts';
import type { Backend, DirCursor } from '../../backend/backend.ts';
import { INTENT_BRIEF } from '../../backend/lookup-intent.ts';
import type { Inode } from '../../backend/inode.ts';
import { releaseUnused } from '../../backend/inode-refs.ts';
import { E } from '../../linux/errno.ts';
import type { Iov } from '../../lib/iov.ts';
import { qidType } from '../qid.ts';
import type { Session } from '../session.ts';

/** Cookies 1 and 2 are `.` and `..`; entry i of the backend has cookie i + FIRST. */
const FIRST = 3;

const END = 0;
const ENTRY = 1;
const GONE = 2;
const FULL = 3;

/**
 * Most entries that a cookie may be ahead of the listing, since all between are read at once. A cookie further ahead
 * was never returned, or before a rewind, which invalidates it (POSIX seekdir).
 */
export const MAX_AHEAD = 1 << 16;
/** Most names that the listings of a session remember together. */
export const MAX_LISTED = 1 << 22;

/**
 * The listing of one open directory. The cookie of an entry is its position in the order in which this stream read the
 * entries, so that it stays valid whatever is created or removed meanwhile: continuing at a cookie returns every entry
 * that survives behind it once, and none twice.
 */
export class DirStream {
  private readonly session: Session;
  private readonly backend: Backend;
  private readonly dir: Inode;
  private readonly entry = new WireDirent();
  private cursor: DirCursor | null = null;
  /** Entries read so far, and their names for going back, unless the cursor has `nameAt`. */
  private count = 0;
  private taken: string[] = [];
  private name = '';
  private ino = 0;
  private kind = 0;

  constructor(session: Session, dir: Inode) {
    this.session = session;
    this.backend = session.server.backend;
    this.dir = dir;
  }

  /**
   * Writes the entries behind `cookie` (0: from the start) into the payload, as Rreaddir.
   * @param room Bytes of the payload that may be used, from the start of its first range.
   * @returns Bytes written; 0 at the end, if the directory was removed, or if the cookie is far ahead; −EINVAL if not
   *   one entry fits; −ENOMEM if the session's listings remember too many names.
   */
  read(cookie: number, iov: Iov, room: number): number {
    if (this.backend.nlink(this.dir) === 0 || cookie - this.count > MAX_AHEAD) return 0;
    if (cookie === 0 || this.cursor === null) {
      this.close();
      const cursor = this.backend.list(this.dir);
      if (typeof cursor === 'number') return -cursor;
      this.cursor = cursor;
    }
    this.cursor.begin?.();
    const { session } = this;
    const packet = session.listing?.u8 === iov.u8 ? session.listing : (session.listing = new Packet(iov.u8));
    const begin = iov.start[0]!;
    const end = begin + room;
    let at = begin;
    for (let next = cookie + 1; ; next++) {
      const found = this.load(next);
      if (found === END) return at - begin;
      if (found === GONE) continue;
      const after = found === FULL ? -E.ENOMEM : this.write(packet, at, end, next);
      if (after >= 0) at = after;
      // A name with half a surrogate pair, which JavaScript can make, has no UTF-8: it is left out.
      else if (after !== -E.EILSEQ) return at > begin ? at - begin : found === FULL ? after : -E.EINVAL;
    }
  }

  close(): void {
    this.cursor?.close();
    this.cursor = null;
    this.session.listed -= this.taken.length;
    this.taken = [];
    this.count = 0;
  }

  /** Loads the entry of a cookie into name, ino and kind. GONE: it was removed; FULL: too many names. */
  private load(cookie: number): typeof END | typeof ENTRY | typeof GONE | typeof FULL {
    if (cookie < FIRST) return this.loadDot(cookie);
    const index = cookie - FIRST;
    const { session } = this;
    // `read` has opened the cursor.
    const cursor = this.cursor!;
    if (index < this.count) return this.reload(cursor.nameAt?.(index) ?? this.taken[index]!);
    // A cookie from before a rewind may be ahead of this listing.
    while (this.count <= index) {
      if (session.listed >= MAX_LISTED) return FULL;
      if (!cursor.next()) return END;
      this.count++;
      this.name = cursor.name;
      if (cursor.nameAt !== undefined) continue;
      this.taken.push(this.name);
      session.listed++;
    }
    this.ino = cursor.ino;
    this.kind = cursor.kind;
    return ENTRY;
  }

  private loadDot(cookie: number): typeof ENTRY {
    const inode = cookie === 1 ? this.dir : this.backend.parent(this.dir, INTENT_BRIEF);
    this.name = cookie === 1 ? '.' : '..';
    this.ino = typeof inode === 'number' ? this.dir.ino : inode.ino;
    this.kind = S_IFDIR;
    releaseUnused(this.backend, inode);
    return ENTRY;
  }

  private reload(name: string): typeof ENTRY | typeof GONE {
    const inode = name && this.backend.lookup(this.dir, name);
    if (typeof inode !== 'object') return GONE;
    this.name = name;
    this.ino = inode.ino;
    this.kind = inode.kind;
    releaseUnused(this.backend, inode);
    return ENTRY;
  }

  /** Encodes the loaded entry at `at`. Returns the position behind it, or −errno. */
  private write(p: Packet, at: number, end: number, cookie: number): number {
    const { entry, ino, kind } = this;
    entry.qid_type = qidType(kind);
    entry.qid_path_lo = ino >>> 0;
    entry.qid_path_hi = (ino / 0x1_0000_0000) >>> 0;
    entry.cookie_lo = cookie >>> 0;
    entry.cookie_hi = (cookie / 0x1_0000_0000) >>> 0;
    // DT_* numbers are the S_IFMT bits shifted down (dirent.h, IFTODT).
    entry.dtype = kind >>> 12;
    entry.name = this.name;
    return encodeDirent(entry, p, at, end);
  }
}
