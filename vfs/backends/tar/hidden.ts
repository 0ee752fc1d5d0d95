// The skipped members of an archive, by directory.
import { S_IFDIR } from '../../linux/constants.ts';
import type { Hidden } from '../../backend/backend.ts';
import type { TarInode } from './inode.ts';
import { nextName } from './names.ts';
import type { Skipped } from './tree.ts';

/** Returns the skipped members by the nearest directory that exists. */
export function hiddenIn(root: TarInode, skipped: readonly Skipped[]): Map<TarInode, Hidden[]> {
  const hidden = new Map<TarInode, Hidden[]>();
  for (const { path, reason } of skipped) {
    let dir = root;
    let [begin, end] = nextName(path, 0);
    for (let after = nextName(path, end); after[0] < path.length; after = nextName(path, end)) {
      const next = dir.children.get(path.slice(begin, end));
      if (next?.kind !== S_IFDIR) {
        end = path.length;
        break;
      }
      dir = next;
      [begin, end] = after;
    }
    const there = hidden.get(dir) ?? [];
    there.push({ name: path.slice(begin, end), reason });
    hidden.set(dir, there);
  }
  return hidden;
}
