// Resolves directory paths in a layer, with the last path kept referenced.
import { S_IFDIR } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import type { Backend } from '../../../backend/backend.ts';
import type { Inode } from '../../../backend/inode.ts';
import { unref, ref } from './layer.ts';
import { fail, must } from './walk.ts';

/** Names from the root on. */
export type Path = readonly string[];

/**
 * Reaches the directories of a backend by their paths. What leads to the last one stays held: the next one is near.
 */
export class Reach {
  private readonly backend: Backend;
  private names: string[] = [];
  private readonly chain: Inode[] = [];

  constructor(backend: Backend) {
    this.backend = backend;
  }

  /** The directory at a path. @throws Error ENOENT, ENOTDIR; what the lookups say. */
  dir(path: Path): Inode {
    const { backend, names, chain } = this;
    let common = 0;
    while (common < names.length && common < path.length && names[common] === path[common]) common++;
    this.cut(common);
    for (let i = common; i < path.length; i++) {
      const found = must(backend.lookup(chain[i - 1] ?? backend.root(), path[i]!));
      ref(found);
      names.push(path[i]!);
      chain.push(found);
      if (found.kind !== S_IFDIR) {
        this.cut(i);
        fail(E.ENOTDIR);
      }
    }
    return chain[path.length - 1] ?? backend.root();
  }

  /** The directory that a path is in. */
  parent(path: Path): Inode {
    return this.dir(path.slice(0, -1));
  }

  private cut(length: number): void {
    this.names.length = length;
    while (this.chain.length > length) unref(this.backend, this.chain.pop()!);
  }

  /** Forgets what is held: directories were moved. */
  forget(): void {
    this.cut(0);
  }
}

/** The last name of a path. */
export function lastOf(path: Path): string {
  return path[path.length - 1]!;
}
