// Plans a copy: lists the items before the first one is copied, so that a copy never copies its own output.
import { fsError } from '../../vfs/fs/values/errors.ts';
import { join } from '../../vfs/fs/values/path-text.ts';
import { isRegular, type Attributes, type Handle } from './handle.ts';
import { insideOf } from '../../vfs/connect/inside.ts';
import { Trail } from './trail.ts';

/** A file to be copied. */
export class CopyItem {
  /** The directory of the item; null for an operand. */
  readonly parent: CopyItem | null;
  /** The name of the item and of its copy; for an operand, only that of the copy. */
  readonly name: string;
  /** The attributes at planning: a file that takes the name later is not copied. */
  readonly stat: Attributes;
  /** The number of directories of the plan above it. */
  readonly depth: number;
  readonly isDirectory: boolean;
  /** True if it could not be copied: the content of such a directory is skipped without further errors. */
  isLost = false;

  constructor(parent: CopyItem | null, name: string, source: Handle, stat: Attributes) {
    this.parent = parent;
    this.name = name;
    this.stat = stat;
    this.isDirectory = source.isDirectory;
    this.depth = parent === null ? 0 : parent.depth + 1;
  }
}

/** Returns the operand to which an item belongs. */
export function rootOf(item: CopyItem): RootItem {
  let at = item;
  while (at.parent !== null) at = at.parent;
  return at as RootItem;
}

/** Returns the names from the operand (excluded) down to the item. */
export function namesTo(item: CopyItem): string[] {
  const names: string[] = [];
  for (let at = item; at.parent !== null; at = at.parent) names.push(at.name);
  return names.reverse();
}

/** An operand. */
export class RootItem extends CopyItem {
  /** The operand and its copy as the user wrote them. */
  readonly text: string;
  readonly toText: string;
  /** Looks up the operand, again when its turn comes. */
  readonly find: () => Handle | number;
  /** Looks up the target, if it is a symlink. */
  readonly follow: () => Handle | number;
  /** True if an existing file of the copy's name is overwritten, even if it is a symlink or has several names. */
  readonly follows: boolean;

  constructor(
    source: Handle,
    stat: Attributes,
    named: Pick<RootItem, 'name' | 'text' | 'toText' | 'find' | 'follow' | 'follows'>,
  ) {
    super(null, named.name, source, stat);
    this.text = named.text;
    this.toText = named.toText;
    this.find = named.find;
    this.follow = named.follow;
    this.follows = named.follows;
  }
}

/** Called for a file that cannot be copied: `item` is the file, or its directory if `name` is given. */
export type Failed = (item: CopyItem, error: unknown, name?: string) => void;

/** Returns the path of an item, or of a name in it, for messages. */
export function itemPath(item: CopyItem, side: 'text' | 'toText', name = ''): string {
  return join(join(rootOf(item)[side], namesTo(item).join('/')), name);
}

/** The items to be copied, each directory before its content. */
export class CopyPlan {
  readonly items: CopyItem[] = [];
  bytes = 0;
  private readonly failed: Failed;

  /** @param failed Called for files that cannot be read, and for hidden ones. */
  constructor(failed: Failed) {
    this.failed = failed;
  }

  /**
   * Adds a file, or a directory with its whole tree. The tree is listed before the first file is created, so that a
   * copy of a directory into itself, through another mount, ends.
   * @param source Remains owned by the caller.
   */
  add(root: RootItem, source: Handle): void {
    this.note(root);
    if (!root.isDirectory) return;
    const trail = new Trail();
    try {
      trail.push('', source.clone());
      this.walk(root, trail);
    } finally {
      trail.close();
    }
  }

  private note(item: CopyItem): void {
    this.items.push(item);
    if (isRegular(item.stat)) this.bytes += item.stat.size;
  }

  private walk(root: CopyItem, trail: Trail): void {
    const open = [{ item: root, names: this.namesIn(root, trail.top()) }];
    while (open.length > 0) {
      const { item, names } = open.at(-1)!;
      const name = names.pop();
      if (name === undefined) {
        open.pop();
        if (open.length > 0) trail.pop();
        continue;
      }
      try {
        const source = found(trail.top().child(name), 'from');
        const child = new CopyItem(item, name, source, source.attributes());
        this.note(child);
        if (!child.isDirectory) {
          source.close();
          continue;
        }
        trail.push(name, source);
        open.push({ item: child, names: this.namesIn(child, source) });
      } catch (error) {
        this.failed(item, error, name);
      }
    }
  }

  /** Last first. */
  private namesIn(item: CopyItem, dir: Handle): string[] {
    try {
      const names = dir.entries().map((entry) => entry.name);
      const inside = insideOf(dir.at.client, dir.fid);
      const hidden = inside?.backend.hidden?.(inside.inode) ?? [];
      for (const { name, reason } of hidden) this.failed(item, new Error(reason), name);
      return names.reverse();
    } catch (error) {
      this.failed(item, error);
      return [];
    }
  }
}

/** Returns the handle of a lookup. @throws Error if it is an errno. */
export function found(handle: Handle | number, side: string): Handle {
  if (typeof handle === 'number') throw fsError(handle, 'cp', side);
  return handle;
}
