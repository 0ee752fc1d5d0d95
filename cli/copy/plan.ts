// Plans a copy: lists the items before the first one is copied, so that a copy never copies its own output.
import { fsError } from '../../vfs/fs/values/errors.ts';
import { join } from '../../vfs/fs/values/path-text.ts';
import { isRegular, type Attributes, type Handle } from './handle.ts';
import { insideOf } from './inside.ts';
import { Trail } from './trail.ts';

/** One file that is to be copied. */
export class Item {
  /** What it is in; null for what the user has named. */
  readonly parent: Item | null;
  /** Its name, and that of the copy: the same but for what the user has named. */
  readonly name: string;
  /** As it was when all was planned: another one that has its name later is not copied. */
  readonly stat: Attributes;
  /** How many directories of the plan it is in. */
  readonly depth: number;
  readonly isDirectory: boolean;
  /** A directory that could not be made: what is in it has no place, and is not told of one by one. */
  isLost = false;

  constructor(parent: Item | null, name: string, source: Handle, stat: Attributes) {
    this.parent = parent;
    this.name = name;
    this.stat = stat;
    this.isDirectory = source.isDirectory;
    this.depth = parent === null ? 0 : parent.depth + 1;
  }
}

/** What the user has named, of an item that it holds. */
export function rootOf(item: Item): RootItem {
  let at = item;
  while (at.parent !== null) at = at.parent;
  return at as RootItem;
}

/** Names from what the user has named, which is not among them. */
export function namesOf(item: Item): string[] {
  const names: string[] = [];
  for (let at = item; at.parent !== null; at = at.parent) names.push(at.name);
  return names.reverse();
}

/** What the user has named. */
export class RootItem extends Item {
  /** It and its copy in the user's words. */
  readonly text: string;
  readonly toText: string;
  /** Finds it: it is looked for again when its turn comes. */
  readonly find: () => Handle | number;
  /** What it leads to, if it is a symlink. */
  readonly follow: () => Handle | number;
  /** The copy's name is the user's own, so that what has it is written into, be it a symlink or of several names. */
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

/** AttrSource of what cannot be copied: the item it is or is in, and its name in that. */
export type Failed = (item: Item, error: unknown, name?: string) => void;

/** The words for an item, or for a name in it. */
export function textOf(item: Item, side: 'text' | 'toText', name = ''): string {
  return join(join(rootOf(item)[side], namesOf(item).join('/')), name);
}

/** What is to be copied, each directory before what is in it. */
export class Plan {
  readonly items: Item[] = [];
  bytes = 0;
  private readonly failed: Failed;

  /** @param failed AttrSource of what cannot be looked at, and of what does not show. */
  constructor(failed: Failed) {
    this.failed = failed;
  }

  /**
   * Adds a file, or a directory with all that is below it. It is looked at as a whole before anything is made: so a
   * directory can be copied into itself by another way to it, and comes to an end.
   * @param source Stays the caller's.
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

  private note(item: Item): void {
    this.items.push(item);
    if (isRegular(item.stat)) this.bytes += item.stat.size;
  }

  private walk(root: Item, trail: Trail): void {
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
        const child = new Item(item, name, source, source.attributes());
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
  private namesIn(item: Item, dir: Handle): string[] {
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

/** What a look-up has found. @throws Error of an errno. */
export function found(handle: Handle | number, side: string): Handle {
  if (typeof handle === 'number') throw fsError(handle, 'cp', side);
  return handle;
}
