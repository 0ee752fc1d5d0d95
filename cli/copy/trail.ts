// The stack of open directories of a tree walk, with a bounded number of fids at any depth.
import { fsError } from '../../vfs/fs/values/errors.ts';
import type { Handle } from './handle.ts';

/** The number of innermost directories that are held by a fid. */
const HELD = 32;
/** Distance in levels between the outer directories that are held, as starting points. */
const MARK = 256;

interface TrailStep {
  readonly name: string;
  /** The directory's identity when it was entered. */
  readonly key: string;
  handle: Handle | null;
}

/**
 * The stack of directories from the start to the current one. Only some are held by a fid, so that a deep tree takes
 * few descriptors. The others are walked to again, name by name, and must have the same identity as before.
 */
export class Trail {
  private readonly steps: TrailStep[] = [];

  get depth(): number {
    return this.steps.length;
  }

  /** Enters a directory and takes ownership of its handle. */
  push(name: string, handle: Handle): void {
    this.steps.push({ name, key: handle.attributes().key, handle });
    this.release(this.steps.length - 1 - HELD);
  }

  /** Goes up. */
  pop(): void {
    this.steps.pop()!.handle?.close();
  }

  /** Returns the current directory. @throws Error if it was moved. */
  top(): Handle {
    const last = this.steps.length - 1;
    let at = last;
    while (this.steps[at]!.handle === null) at--;
    for (; at < last; at++) {
      this.steps[at + 1]!.handle = this.enter(this.steps[at]!.handle!, this.steps[at + 1]!);
      if (at + 1 <= last - HELD) this.release(at);
    }
    return this.steps[last]!.handle!;
  }

  close(): void {
    while (this.steps.length > 0) this.pop();
  }

  private release(at: number): void {
    if (at <= 0 || at % MARK === 0) return;
    const step = this.steps[at]!;
    step.handle?.close();
    step.handle = null;
  }

  private enter(dir: Handle, { name, key }: TrailStep): Handle {
    const found = dir.child(name);
    if (typeof found === 'number') throw fsError(found, 'cp', dir.side);
    if (found.isDirectory && found.attributes().key === key) return found;
    found.close();
    throw new Error('its directory was moved meanwhile');
  }
}
