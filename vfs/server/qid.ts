// The qid of an inode: its type, version and number (intro(5)).
import type { Message } from '../9p/codec.gen.ts';
import { QTDIR, QTFILE, QTSYMLINK } from '../9p/constants.ts';
import type { Inode } from '../backend/inode.ts';
import { S_IFDIR, S_IFLNK } from '../linux/constants.ts';

/** The qid.type of an inode of a kind (S_IFMT bits). */
export function qidType(kind: number): number {
  return kind === S_IFDIR ? QTDIR : kind === S_IFLNK ? QTSYMLINK : QTFILE;
}

/** Puts an inode's qid into a reply. */
export function setQid(r: Message, inode: Inode): void {
  r.qid_type = qidType(inode.kind);
  r.qid_version = inode.version;
  r.qid_path_lo = inode.ino >>> 0;
  r.qid_path_hi = (inode.ino / 0x1_0000_0000) >>> 0;
}

/** Called when the data of a file or the entries of a directory have changed: increments qid.version. */
export function bumpVersion(inode: Inode): void {
  inode.version = (inode.version + 1) >>> 0;
}
