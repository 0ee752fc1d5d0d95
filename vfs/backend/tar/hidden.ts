import { S_IFDIR } from '../../9p/constants.ts';
import type { Hidden } from '../backend.ts';
import type { TarInode } from './inode.ts';
import type { Skipped } from './tree.ts';

/** The members that an archive leaves out, by the directory that they would be in, as far as there is one. */
export function hiddenIn(root: TarInode, skipped: readonly Skipped[]): Map<TarInode, Hidden[]> {
  const hidden = new Map<TarInode, Hidden[]>();
  for (const { path, reason } of skipped) {
    const names = path.split('/').filter((name) => name !== '' && name !== '.');
    let dir = root;
    let depth = 0;
    for (; depth < names.length - 1; depth++) {
      const next = dir.children.get(names[depth]!);
      if (next?.kind !== S_IFDIR) break;
      dir = next;
    }
    const there = hidden.get(dir) ?? [];
    there.push({ name: names.slice(depth).join('/'), reason });
    hidden.set(dir, there);
  }
  return hidden;
}
