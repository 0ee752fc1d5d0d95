// The stores that share data: a store, its clones, and theirs.

/** Counts the stores that were dropped without `close`; absent in runtimes that cannot tell. */
const dropped =
  typeof FinalizationRegistry === 'undefined'
    ? null
    : new FinalizationRegistry<Family>((family) => {
        family.open--;
      });

/** A store with its clones and theirs. It refers to none of them. */
export class Family {
  /** The number of stores that are neither closed nor collected. */
  open = 0;

  /** True if one store is left: nothing is shared. */
  get isAlone(): boolean {
    return this.open <= 1;
  }

  join(store: object): void {
    this.open++;
    dropped?.register(store, this, store);
  }

  leave(store: object): void {
    this.open--;
    dropped?.unregister(store);
  }
}
