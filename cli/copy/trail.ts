// The stack of open directories of a tree walk, with a bounded number of fids at any depth.
import { fsError } from '../../vfs/fs/values/errors.ts';
import type { Handle } from './handle.ts';

/** How many of the last directories are held. */
const HELD = 32;
/** Every so many levels one is held as well, to come back from. */
const MARK = 256;

interface Step {
  readonly name: string;
  /** What it was when it was entered. */
  readonly key: string;
  handle: Handle | null;
}

/**
 * The directories from one to where we are. Only some are held, so that a deep tree takes few descriptors; one that
 * was let go is walked to again, name by name, and must be the one that it was.
 */
export class Trail {
  private readonly steps: Step[] = [];

  get depth(): number {
    return this.steps.length;
  }

  /** Enters a directory, whose handle is the trail's from now on. */
  push(name: string, handle: Handle): void {
    this.steps.push({ name, key: handle.attributes().key, handle });
    this.letGo(this.steps.length - 1 - HELD);
  }

  /** Goes up. */
  pop(): void {
    this.steps.pop()!.handle?.close();
  }

  /** Where we are. @throws Error when it was moved meanwhile. */
  top(): Handle {
    const last = this.steps.length - 1;
    let at = last;
    while (this.steps[at]!.handle === null) at--;
    for (; at < last; at++) {
      this.steps[at + 1]!.handle = this.enter(this.steps[at]!.handle!, this.steps[at + 1]!);
      if (at + 1 <= last - HELD) this.letGo(at);
    }
    return this.steps[last]!.handle!;
  }

  close(): void {
    while (this.steps.length > 0) this.pop();
  }

  private letGo(at: number): void {
    if (at <= 0 || at % MARK === 0) return;
    const step = this.steps[at]!;
    step.handle?.close();
    step.handle = null;
  }

  private enter(dir: Handle, { name, key }: Step): Handle {
    const found = dir.child(name);
    if (typeof found === 'number') throw fsError(found, 'cp', dir.side);
    if (found.isDirectory && found.attributes().key === key) return found;
    found.close();
    throw new Error('its directory was moved while it was copied');
  }
}
