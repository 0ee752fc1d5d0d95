// Finds the directories that were renamed in the overlay, and their current paths in the lower layer.
import { S_IFDIR } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import type { Backend } from '../../../backend/backend.ts';
import type { Inode } from '../../../backend/inode.ts';
import type { OverlayInode } from '../merged/inode.ts';
import { forget, ref, unref } from '../../../backend/inode-refs.ts';
import type { PathNames } from '../layer/reach.ts';
import type { MergedTable } from '../merged/merged-table.ts';
import { check, fail, must } from '../layer/walk.ts';

/**
 * Returns the directories that have another path in the lower layer than in the overlay, with their lower paths. Those
 * that other processes have removed are left out.
 */
export function movedDirectories(lower: Backend, table: MergedTable): Map<OverlayInode, PathNames> {
  const names = new NamesFound(lower, table);
  const moved = new Map<OverlayInode, PathNames>();
  for (const dir of table.mergedDirectories()) {
    if (dir === table.top || dir.removed) continue;
    const { parent, name } = dir;
    const from = lower.parent(dir.lower!);
    if (from === E.ENOENT || from === E.ESTALE) continue;
    const there = must(from);
    ref(there);
    try {
      const lowerName = names.of(dir.lower!, there);
      if (lowerName === '' || (parent!.lower === there && lowerName === name)) continue;
      moved.set(dir, [...names.pathOf(there), lowerName]);
    } finally {
      unref(lower, there);
    }
  }
  return moved;
}

/** Finds the names of directories in their parents; each parent is listed at most once. */
class NamesFound {
  private readonly lower: Backend;
  private readonly table: MergedTable;
  private readonly listings = new Map<number, Map<number, string>>();

  constructor(lower: Backend, table: MergedTable) {
    this.lower = lower;
    this.table = table;
  }

  /**
   * Returns the path of a directory.
   * @throws Error ESTALE if it is no longer in the tree.
   */
  pathOf(dir: Inode): PathNames {
    const { lower } = this;
    const path: string[] = [];
    ref(dir);
    for (let at = dir; ;) {
      if (at === lower.root()) {
        unref(lower, at);
        return path.reverse();
      }
      const up = lower.parent(at);
      if (typeof up !== 'number') ref(up);
      const name = typeof up === 'number' ? '' : this.of(at, up);
      unref(lower, at);
      if (typeof up === 'number') fail(up);
      if (name === '') unref(lower, up);
      if (name === '') fail(E.ESTALE);
      path.push(name);
      at = up;
    }
  }

  /** Returns the name of a directory in its parent, the name in the overlay tried first; '' if it has none there. */
  of(inode: Inode, dir: Inode): string {
    const guess = this.table.knownLower(inode)?.name ?? '';
    if (guess !== '' && leadsTo(this.lower, dir, guess, inode)) return guess;
    const name = this.listing(dir).get(inode.ino) ?? '';
    return name !== '' && leadsTo(this.lower, dir, name, inode) ? name : '';
  }

  private listing(dir: Inode): Map<number, string> {
    const known = this.listings.get(dir.ino);
    if (known !== undefined) return known;
    const names = new Map<number, string>();
    const cursor = must(this.lower.list(dir));
    while (cursor.next()) if (cursor.kind === S_IFDIR) names.set(cursor.ino, cursor.name);
    cursor.close();
    this.listings.set(dir.ino, names);
    return names;
  }
}

/**
 * True if a name leads to an inode.
 * @throws Error if the lookup fails otherwise than with ENOENT.
 */
function leadsTo(backend: Backend, dir: Inode, name: string, inode: Inode): boolean {
  const found = backend.lookup(dir, name);
  if (typeof found !== 'number' && found !== inode) forget(backend, found);
  if (typeof found === 'number' && found !== E.ENOENT) check(found);
  return found === inode;
}
