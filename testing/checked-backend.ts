// A backend behind a proxy that checks the contract of vfs/backend/backend.ts on each call, and lets chosen calls fail.
import type { Backend } from '../vfs/backend/backend.ts';
import { Inode, LIVE, QUEUED, RECLAIMED } from '../vfs/backend/inode.ts';
import * as assert from './assert.ts';

/** Answers a call in place of the backend: with its return value, or undefined to let the call through; may throw. */
export type Fault = (...args: unknown[]) => unknown;

/** Methods that cannot report a failure: `failAfter` passes over them. */
const INFALLIBLE = new Set([
  ...['root', 'nlink', 'entries', 'size', 'closeHandle', 'accessed', 'modified', 'release', 'close', 'hidden'],
  'countsBlocks',
]);

/** The message of an error that a fault throws. */
const ON_PURPOSE = 'on purpose';

/** Throws an error as a backend may, with an errno's name as `code`. */
export function throwError(code: string): never {
  throw Object.assign(new Error(ON_PURPOSE), { code });
}

/** True if an error is one of `throwError`. */
export function isOnPurpose(thrown: unknown): boolean {
  return (thrown as Error | undefined)?.message === ON_PURPOSE;
}

/**
 * Watches a backend: a server or a wrapper such as an overlay is given `backend` in its place. At the end `rest()` fails
 * for each call that the contract forbids, for each handle, listing and reference left, and for each inode that was
 * looked up or made and not released.
 *
 * ```ts
 * const checked = new CheckedBackend(ram());
 * const server = new Server(checked.backend);
 * checked.faults.write = () => -E.ENOSPC; // each write
 * checked.failAfter(3); // the fourth call from now on throws EIO
 * ```
 */
export class CheckedBackend {
  /** The backend to use. */
  readonly backend: Backend;
  /** By the name of a method: what answers in its place. */
  readonly faults: { [K in keyof Backend]?: Fault } = {};
  /** The inodes that were reclaimed, in order. */
  readonly reclaimed: Inode[] = [];
  /** The methods that were called, without those that cannot fail, since `failAfter` or the beginning. */
  calls: string[] = [];
  /** Calls that the contract forbids, as sentences. */
  readonly violations: string[] = [];
  private readonly inner: Backend;
  private readonly met = new Set<Inode>();
  /** The inodes that the backend returned and that were not released since, with the method. Not the root. */
  private readonly unreleased = new Map<Inode, string>();
  private handles = 0;
  private listings = 0;
  private failing = -1;
  private code = '';

  constructor(inner: Backend) {
    this.inner = inner;
    this.backend = new Proxy(inner, { get: (target, key: keyof Backend) => this.property(target, key) });
  }

  /** Lets one call fail: the one after `count` others that can fail. It throws an error with this code. */
  failAfter(count: number, code = 'EIO'): void {
    this.calls = [];
    this.failing = count;
    this.code = code;
  }

  /** True once the call chosen by `failAfter` has failed. */
  get hasFailed(): boolean {
    return this.code !== '' && this.failing < 0;
  }

  private property(target: Backend, key: keyof Backend): unknown {
    const value = target[key];
    if (typeof value !== 'function') return value;
    return (...args: unknown[]) => {
      try {
        this.before(key, args);
        const instead = this.faults[key]?.(...args);
        const result = instead === undefined ? (value as Fault).apply(target, args) : instead;
        this.after(key, args, result);
        return result;
      } catch (thrown) {
        // A request that ends so need not release what it has looked up.
        this.unreleased.clear();
        throw thrown;
      }
    };
  }

  private before(key: string, args: unknown[]): void {
    const inodes = args.filter((arg) => arg instanceof Inode);
    for (const inode of inodes) this.met.add(inode);
    if (inodes.some((inode) => inode.state === RECLAIMED)) this.violations.push(`${key} of a reclaimed inode`);
    const [inode] = inodes;
    if (inode !== undefined) this.checkEnd(key, inode);
    if (typeof key !== 'string' || INFALLIBLE.has(key)) return;
    this.calls.push(key);
    if (this.failing-- === 0) throwError(this.code);
  }

  private checkEnd(key: string, inode: Inode): void {
    if (key !== 'release' && key !== 'reclaim') return;
    const { refs, state } = inode;
    const names = this.inner.nlink(inode);
    const isDue = key === 'release' ? state === LIVE && names > 0 : state === QUEUED && names === 0;
    if (refs > 0 || !isDue) this.violations.push(`${key} with ${refs} references, state ${state}, ${names} names`);
  }

  private after(key: string, args: unknown[], result: unknown): void {
    if (key === 'open' && (result as number) >= 0) this.handles++;
    if (key === 'closeHandle') this.handles--;
    if (key === 'reclaim' && result === 0) this.reclaimed.push(args[0] as Inode);
    if (key === 'release') this.unreleased.delete(args[0] as Inode);
    if (result instanceof Inode && result !== this.inner.root()) this.unreleased.set(result, key);
    if (key !== 'list' || typeof result === 'number') return;
    this.listings++;
    const cursor = result as { close(): void };
    const close = cursor.close.bind(cursor);
    cursor.close = () => {
      this.listings--;
      close();
    };
  }

  /** Checks that no rule was broken, and that nothing is held. Call it when all sessions have ended. */
  rest(): void {
    assert.equal(this.violations, [], 'the contract was broken');
    for (const { refs, fids, locks } of this.met)
      assert.equal([refs, fids, locks], [0, null, null], 'an inode is held');
    const unreleased = [...this.unreleased].filter(([{ state }]) => state !== RECLAIMED);
    assert.equal(
      unreleased.map(([, method]) => method),
      [],
      'inodes that were not released',
    );
    assert.is(this.handles, 0, 'open handles');
    assert.is(this.listings, 0, 'listings in progress');
  }
}
