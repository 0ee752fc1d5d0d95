// The stores that share data: a store, its clones, and theirs.
import type { Era } from './era.ts';

/** A store of a family, by its number. It does not refer to the store. */
export interface Member {
  readonly home: number;
  /** The era of the original that began with this clone; null for the first store. */
  readonly since: Era | null;
}

/** Counts the stores that were dropped without `close`; absent in runtimes that cannot tell. */
const dropped =
  typeof FinalizationRegistry === 'undefined'
    ? null
    : new FinalizationRegistry<{ family: Family; member: Member }>(({ family, member }) => {
        family.remove(member);
      });

/** A store with its clones and theirs. It refers to none of them. */
export class Family {
  /** The numbers of the stores that are neither closed nor collected. */
  private readonly open = new Set<number>();

  /** True if one store is left: nothing is shared. */
  get isAlone(): boolean {
    return this.open.size <= 1;
  }

  /** @param era The present era of the store. */
  join(store: object, { home }: Era, since: Era | null = null): Member {
    const member = { home, since };
    this.open.add(home);
    dropped?.register(store, { family: this, member }, store);
    return member;
  }

  leave(store: object, member: Member): void {
    dropped?.unregister(store);
    this.remove(member);
  }

  /** A store is gone. If its original is left alone, that need not keep what it has preserved since. */
  remove({ home, since }: Member): void {
    this.open.delete(home);
    if (since !== null && this.isAlone && this.open.has(since.home)) since.clear();
  }
}
