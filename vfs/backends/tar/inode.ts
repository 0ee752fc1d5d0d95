// The inode of a tar archive.
import { S_IFDIR } from '../../linux/constants.ts';
import { Inode } from '../../backend/inode.ts';
import type { MemberData } from './format/data.ts';
import type { TarEntry } from './format/entry.ts';
import type { PaxTime } from './format/pax.ts';

/** The attributes of a member besides kind and content. */
export type TarMeta = Pick<TarEntry, 'perm' | 'uid' | 'gid' | 'rdev' | 'mtime' | 'atime' | 'ctime' | 'xattrs'>;

/** A file of an archive. */
export class TarInode extends Inode {
  meta: TarMeta;
  /** A file's data (views of the archive), a directory's entries, a symlink's target; null for a special file. */
  readonly content: MemberData | Map<string, TarInode> | string | null;
  /** The parent of a directory. */
  parent: TarInode | null = null;
  nlink: number;

  constructor(ino: number, kind: number, content: TarInode['content'], meta: TarMeta) {
    super(ino, kind);
    this.meta = meta;
    this.content = content;
    this.nlink = kind === S_IFDIR ? 2 : 0;
  }

  get mtime(): PaxTime {
    return this.meta.mtime;
  }

  /** The entries of a directory. */
  get children(): Map<string, TarInode> {
    return this.content as Map<string, TarInode>;
  }

  /** The bytes of a regular file. */
  get data(): MemberData {
    return this.content as MemberData;
  }
}
