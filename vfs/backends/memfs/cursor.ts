// The directory listing of a memfs directory.
import type { DirCursor } from '../../backend/backend.ts';
import { byteLength } from '../../lib/utf8.ts';
import { NAME_MAX } from '../../linux/limits.ts';
import type { CoreLink } from './core.ts';
import type { MemfsInode } from './inode.ts';

/** True if a name made by JavaScript is valid in 9P: not too long, with bytes (utf8.ts), without a NUL. */
function isUsable(name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i);
    if (unit > 0x7f) return isUnicodeUsable(name);
    if (unit === 0) return false;
  }
  return name.length <= NAME_MAX;
}

function isUnicodeUsable(name: string): boolean {
  const bytes = byteLength(name);
  return bytes >= 0 && bytes <= NAME_MAX && !name.includes('\0');
}

/**
 * A listing of a memfs directory; the iterator of a Map is stable under insertion and removal. Names that cannot be
 * looked up are hidden: their directory is not empty.
 */
export class MemfsCursor implements DirCursor {
  name = '';
  ino = 0;
  kind = 0;
  // Side by side, since each pair would be an array.
  private readonly names: Iterator<string>;
  private readonly links: Iterator<CoreLink | undefined>;
  private readonly inodeOf: (link: CoreLink) => MemfsInode;

  constructor(dir: CoreLink, inodeOf: (link: CoreLink) => MemfsInode) {
    this.names = dir.children.keys();
    this.links = dir.children.values();
    this.inodeOf = inodeOf;
  }

  next(): boolean {
    for (;;) {
      const step = this.names.next();
      const link = this.links.next().value as CoreLink | undefined;
      if (step.done === true) return false;
      const name = step.value;
      if (link === undefined || name === '.' || name === '..') continue;
      const inode = this.inodeOf(link);
      // Listings of a directory repeat: the name of the last one is known to be usable.
      if (inode.listedAs !== name) {
        if (!isUsable(name)) continue;
        inode.listedAs = name;
      }
      this.name = name;
      this.ino = inode.ino;
      this.kind = inode.kind;
      return true;
    }
  }

  close(): void {
    // Holds nothing.
  }
}
