// Replaces the per-link path arrays of memfs by paths derived from parents, so that deep trees stay linear.
import type { CoreLink } from './core.ts';

const NONE: string[] = [];

/**
 * Makes the links of a volume derive their path from their parents. memfs stores the whole path in each link: a rename
 * of a directory recurses through everything below it, and a tree of n levels holds n²/2 names. The change is invisible
 * to JavaScript. It patches the class of the links, once for each copy of memfs.
 * @returns false for another memfs, whose links are not as expected.
 */
export function deriveSteps(link: CoreLink): boolean {
  const links = Object.getPrototypeOf(link) as object;
  const kept = Object.getOwnPropertyDescriptor(links, 'steps');
  if (kept?.get === stepsOf) return true;
  const known = kept?.get !== undefined && kept.set !== undefined && kept.configurable === true;
  if (!known || !Object.hasOwn(links, 'getName') || !Object.hasOwn(links, 'syncSteps')) return false;
  Object.defineProperties(links, {
    steps: { configurable: true, get: stepsOf, set: forget },
    getName: { configurable: true, writable: true, value: nameOf },
    syncSteps: { configurable: true, writable: true, value: forget },
  });
  return true;
}

/**
 * Climbs from a link to the root. JavaScript can move a directory into itself: a cycle is detected (Brent's algorithm).
 */
export class Climb {
  at: CoreLink;
  private met: CoreLink;
  private steps = 0;
  private next = 16;

  constructor(from: CoreLink) {
    this.at = this.met = from;
  }

  /** Moves to the parent. Returns false at a root, and in a cycle. */
  up(): boolean {
    const { parent } = this.at;
    if (parent === undefined || parent === this.met || parent === this.at) return false;
    this.at = parent;
    if (++this.steps === this.next) {
      this.met = parent;
      this.next *= 2;
    }
    return true;
  }
}

/** Returns the names from the root, the root's own included. */
function stepsOf(this: CoreLink): string[] {
  const climb = new Climb(this);
  const names = [this.name];
  while (climb.up()) names.push(climb.at.name);
  return names.reverse();
}

function nameOf(this: CoreLink): string {
  return this.name;
}

/** memfs sets `name` before it sets `steps`. */
function forget(this: CoreLink): void {
  this._steps = NONE;
}
