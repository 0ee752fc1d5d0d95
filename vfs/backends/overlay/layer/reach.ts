// Resolves directory paths in a layer, with the last path kept referenced.
import { S_IFDIR } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import type { Backend } from '../../../backend/backend.ts';
import type { Inode } from '../../../backend/inode.ts';
import { ref, unref } from '../../../backend/inode-refs.ts';
import { fail, must } from './walk.ts';

/** The components of a path, from the root. */
export type PathNames = readonly string[];

/**
 * Resolves paths of directories. The directories of the last path stay referenced, so that a path nearby resolves fast.
 */
export class Reach {
  private readonly backend: Backend;
  private names: string[] = [];
  private readonly chain: Inode[] = [];

  constructor(backend: Backend) {
    this.backend = backend;
  }

  /**
   * Returns the directory at a path.
   * @throws Error ENOENT, ENOTDIR, or the errno of a lookup.
   */
  dir(path: PathNames): Inode {
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

  /** Returns the parent directory of a path. */
  parent(path: PathNames): Inode {
    return this.dir(path.slice(0, -1));
  }

  private cut(length: number): void {
    this.names.length = length;
    while (this.chain.length > length) unref(this.backend, this.chain.pop()!);
  }

  /** Drops all references: call it after directories were moved, and at the end. */
  forget(): void {
    this.cut(0);
  }
}

/** Returns the last component of a path. */
export function lastOf(path: PathNames): string {
  return path[path.length - 1]!;
}
