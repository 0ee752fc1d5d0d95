// The directory listing of a memfs directory.
import type { DirCursor } from '../../backend/backend.ts';
import { NAME_MAX } from '../../linux/limits.ts';
import type { CoreLink } from './core.ts';
import type { MemfsInode } from './inode.ts';

/** True if a name made by JavaScript is valid in 9P: not too long, no lone surrogate, no NUL. */
function isUsable(name: string): boolean {
  let bytes = 0;
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i);
    if (unit > 0 && unit < 0x80) bytes++;
    else if (unit === 0) return false;
    else if (unit < 0x800) bytes += 2;
    else if (unit < 0xd800 || unit > 0xdfff) bytes += 3;
    else {
      // 0xd800 to 0xdbff are high surrogates, 0xdc00 to 0xdfff low ones.
      const next = name.charCodeAt(i + 1);
      if (unit >= 0xdc00 || !(next >= 0xdc00 && next <= 0xdfff)) return false;
      i++;
      bytes += 4;
    }
  }
  return bytes <= NAME_MAX;
}

/**
 * A listing of a memfs directory; the iterator of a Map is stable under insertion and removal. Names that cannot be
 * looked up are hidden, like those of a host that are not UTF-8: their directory is not empty.
 */
export class MemfsCursor implements DirCursor {
  name = '';
  ino = 0;
  kind = 0;
  private readonly entries: Iterator<[string, CoreLink | undefined]>;
  private readonly inodeOf: (link: CoreLink) => MemfsInode;

  constructor(dir: CoreLink, inodeOf: (link: CoreLink) => MemfsInode) {
    this.entries = dir.children.entries();
    this.inodeOf = inodeOf;
  }

  next(): boolean {
    for (;;) {
      const step = this.entries.next();
      if (step.done === true) return false;
      const [name, link] = step.value;
      if (link === undefined || name === '.' || name === '..' || !isUsable(name)) continue;
      const inode = this.inodeOf(link);
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
