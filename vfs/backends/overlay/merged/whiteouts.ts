// The names of a lower directory that the merged directory does not show.

/**
 * The whiteouts of a merged directory: names that were removed, or that the upper directory has. The value is true if
 * the lower directory has an entry of that name.
 */
export class Whiteouts extends Map<string, boolean> {
  /** The number of whited-out names that the lower directory has. */
  covered = 0;

  /**
   * Adds a name that is not among them.
   * @param there True if the lower directory has an entry of that name.
   */
  hide(name: string, there: boolean): void {
    this.set(name, there);
    if (there) this.covered++;
  }

  /** Updates the names after the lower directory has changed: `above` and `below` are the names that there are now. */
  recount(above: ReadonlyMap<string, unknown>, below: ReadonlyMap<string, unknown>): void {
    this.covered = 0;
    for (const name of this.keys()) {
      const there = below.has(name);
      if (there) this.covered++;
      if (there || above.has(name)) this.set(name, there);
      else this.delete(name);
    }
  }
}
