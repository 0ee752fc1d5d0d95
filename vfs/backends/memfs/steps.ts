// Replaces the per-link path arrays of memfs by paths derived from parents, so that deep trees stay linear.
import type { CoreLink } from './core.ts';

const NONE: string[] = [];

/**
 * Makes the links of a volume tell their place by their parents. memfs keeps the names from the root on in each link:
 * a rename of a directory goes through all that is below, by a call in a call, and a tree of n levels holds n²/2 names.
 * What JavaScript sees is the same. It is the class of the links that is changed, once, for all volumes of that memfs.
 * False for another memfs, whose links are not as is known.
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
 * The parent of each link in turn, until there is none. JavaScript can move a directory into itself: then they go round,
 * and it ends once one was met again.
 */
export class Climb {
  at: CoreLink;
  private met: CoreLink;
  private steps = 0;
  private next = 16;

  constructor(from: CoreLink) {
    this.at = this.met = from;
  }

  /** Moves to the parent; false where there is none, it is the link itself, as of a root, or it was met before. */
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

/** The names from the root on, that of the root among them. */
function stepsOf(this: CoreLink): string[] {
  const climb = new Climb(this);
  const names = [this.name];
  while (climb.up()) names.push(climb.at.name);
  return names.reverse();
}

function nameOf(this: CoreLink): string {
  return this.name;
}

/** memfs sets the name before it sets the place. */
function forget(this: CoreLink): void {
  this._steps = NONE;
}
