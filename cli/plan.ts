import type { BigIntStats, FileSystem } from '../vfs/fs/index.ts';
import type { HiddenNames } from './hidden.ts';
import { join } from '../vfs/fs/path-text.ts';

/** One file that is to be copied. */
export interface Item {
  readonly fs: FileSystem;
  readonly from: string;
  readonly to: string;
  readonly stat: BigIntStats;
  /** `from` and `to` in the user's words. */
  readonly text: string;
  readonly toText: string;
}

/** What is to be copied, each directory before what is in it. */
export class Plan {
  readonly items: Item[] = [];
  bytes = 0;
  private readonly hidden: HiddenNames;

  constructor(hidden: HiddenNames) {
    this.hidden = hidden;
  }

  /**
   * Adds a file, or a directory with all that is below it. It is looked at as a whole before anything is made: so a
   * directory can be copied into itself by another way to it, and comes to an end.
   * @param failed Told of what cannot be looked at, and of what does not show.
   */
  add(item: Item, failed: (item: Item, error: unknown) => void): void {
    const { fs, stat } = item;
    this.items.push(item);
    if (stat.isFile()) this.bytes += Number(stat.size);
    if (!stat.isDirectory()) return;
    for (const name of this.names(item, failed)) {
      const below = itemIn(item, name);
      try {
        this.add({ ...below, stat: fs.lstatSync(below.from, { bigint: true }) }, failed);
      } catch (error) {
        failed(below, error);
      }
    }
  }

  private names(item: Item, failed: (item: Item, error: unknown) => void): string[] {
    let names: string[] = [];
    try {
      names = item.fs.readdirSync(item.from);
      for (const { name, reason } of this.hidden.in(item.fs, item.from)) failed(itemIn(item, name), new Error(reason));
    } catch (error) {
      failed(item, error);
    }
    return names;
  }
}

function itemIn(item: Item, name: string): Item {
  const names = { text: join(item.text, name), toText: join(item.toText, name) };
  return { ...item, from: join(item.from, name), to: join(item.to, name), ...names };
}
