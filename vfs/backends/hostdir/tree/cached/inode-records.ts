// The inodes that a cached tree remembers, with their names and attributes.
import { E } from '../../../../linux/errno.ts';
import { HostStat, copyStat } from '../../calls/host-stat.ts';
import type { HostInode } from '../inode.ts';

/** The limit of inodes that are remembered without being in use. */
export const RECORDS = 32_768;
/** The limit of names remembered as missing in a directory. */
const MISSING = 4096;
/** Inodes that are tried at a time when one has to be forgotten. */
const TRIES = 64;

/**
 * The inodes that a tree remembers without their being in use, while no other process changes them: each under the
 * names it was found by (`held` and `parent`, places.ts), the names that are missing (`names`), and the attributes.
 *
 * A record has no descriptor. A call on its inode finds it again from the root, in the kernel, without any
 * symlink, and checks that it is the same (refind.ts). So a record that is out of date is a stale answer or ESTALE, and
 * never another file.
 */
export class InodeRecords {
  private readonly all = new Set<HostInode>();
  private readonly forget: (inode: HostInode) => void;

  /** @param forget Forgets an inode that has neither references nor known inodes in it. */
  constructor(forget: (inode: HostInode) => void) {
    this.forget = forget;
  }

  /** Remembers an inode that is not in use any more. */
  add(inode: HostInode): void {
    const { all } = this;
    all.add(inode);
    if (all.size <= RECORDS) return;
    let tries = 0;
    for (const oldest of all) {
      all.delete(oldest);
      if (oldest.refs === 0 && oldest.pins === 0) {
        this.forget(oldest);
        return;
      }
      // It comes again when it is released.
      if (oldest.refs === 0) all.add(oldest);
      if (++tries === TRIES) return;
    }
  }

  delete(inode: HostInode): void {
    this.all.delete(inode);
  }

  /** Forgets all, and the directories above them. */
  drop(): void {
    // A directory follows when the last inode in it is forgotten.
    for (const inode of this.all) if (inode.refs === 0 && inode.pins === 0) this.forget(inode);
    this.all.clear();
  }
}

/** The known inode of a name; ENOENT if it is known to be missing; undefined if neither is known. */
export function recall(dir: HostInode, name: string): HostInode | number | undefined {
  return dir.held?.get(name) ?? (dir.names?.get(name) === null ? E.ENOENT : undefined);
}

/** Remembers that a directory lacks a name. */
export function miss(dir: HostInode, name: string): void {
  dir.names ??= new Map();
  if (dir.names.size >= MISSING) dir.names.clear();
  dir.names.set(name, null);
}

/** Forgets a name, which may lead elsewhere now. */
export function forgetName(dir: HostInode, name: string): void {
  dir.names?.delete(name);
  dir.held?.delete(name);
}

/** Remembers the attributes of an inode. */
export function keepAttr(inode: HostInode, st: HostStat): void {
  copyStat((inode.attr ??= new HostStat()), st);
  inode.hasAttr = true;
}
