// Runs one sequence of calls on both sides and compares the results and the files.
import { errnoName } from '../../vfs/linux/errno.ts';
import type { Kernel } from './kernel.ts';
import { describe, quote, type Call, type SetTime, type Stat } from './model.ts';
import type { Ours } from './ours.ts';
import { show } from './show.ts';
import { Side, type Move } from './side.ts';

/** Descriptors open at once: more are not opened before the oldest is closed. */
const MAX_OPEN = 8;
/** A file with a longer path is only compared through its descriptors. */
const LONG = 1000;
/** A longer second path begins in the directory of the first. */
const SHORT = 60;
/** The most that one call writes. */
const MOST = 10_000;
/**
 * The kernel takes times from a clock that ticks every 1 to 10 ms, and multigrain timestamps (Linux 6.13) make it finer
 * only at times: a change within a tick may leave a time as it was. So an unmoved time is evidence only if it is older
 * than a tick; a moved time always is. Nanoseconds.
 */
const TICK = 12_000_000n;
const TICK_MS = 14;
const S_IFMT = 0o170000;
const S_IFREG = 0o100000;
const S_IFDIR = 0o040000;

const CELL = new Int32Array(new SharedArrayBuffer(4));

/** Two answers to one call differ, or what a look at the files shows after it. */
export class Difference extends Error {
  constructor(what: string, ours: string, kernel: string) {
    super(`${what}\n  ours:   ${ours}\n  kernel: ${kernel}`);
  }
}

/** A time that only one side has moved: the kernel's clock may have been late, as a busy virtual machine's is. */
export class TimeDifference extends Difference {}

/** One sequence of calls on its way, on both sides. */
export class Sequence {
  private readonly fs: Ours;
  private readonly ours: Side;
  private readonly kernel: Side;
  private readonly log: ((line: string) => void) | null;
  /** All names that the calls so far had in their paths. */
  private readonly names = new Set<string>();
  private readonly data = new Uint8Array(MOST);
  private steps = 0;
  /** When the call at hand began, nanoseconds since 1970; whole milliseconds, so never too late. */
  private began = 0n;

  /** @param log Takes a line a call. */
  constructor(ours: Ours, kernel: Kernel, log: ((line: string) => void) | null) {
    this.fs = ours;
    this.ours = new Side(ours);
    this.kernel = new Side(kernel);
    this.log = log;
    this.look('at the start');
  }

  /**
   * Makes a call on both sides.
   * @returns `ok` or an errno's name; '' when there was nothing open to act on.
   * @throws Difference
   */
  step(call: Call): string {
    if (call.op === 'open' && this.ours.open.length >= MAX_OPEN) this.close(0);
    if (!this.possible(call)) return '';
    this.remember(call);
    this.fill();
    const settled = this.settle(call);
    const name = describe(settled, (kind, n) => this.nameOf(kind, n));
    this.began = BigInt(Date.now()) * 1_000_000n;
    const result = this.make(settled, name);
    this.log?.(`${name} = ${show(result)}`);
    this.look(`after ${name}`);
    return typeof result === 'number' && result < 0 ? errnoName(-result) : 'ok';
  }

  private make(call: Call, name: string): unknown {
    if (call.op === 'wait') {
      Atomics.wait(CELL, 0, 0, TICK_MS);
      return 0;
    }
    const a = this.ours.make(call, this.data);
    const b = this.kernel.make(call, this.data);
    if (show(a) !== show(b)) throw new Difference(name, show(a), show(b));
    return a;
  }

  private possible(call: Call): boolean {
    if ('any' in call) return this.ours.open.length > 0;
    return !('fd' in call) || this.ours.files().length > 0;
  }

  private remember(call: Call): void {
    const texts = [];
    if ('path' in call) texts.push(call.path);
    if ('newPath' in call) texts.push(call.newPath);
    if ('target' in call) texts.push(call.target);
    for (const name of texts.flatMap((text) => text.split('/'))) {
      if (name !== '' && name !== '.' && name !== '..') this.names.add(name);
    }
  }

  /** Bytes that tell which call wrote them. */
  private fill(): void {
    this.steps++;
    for (let i = 0; i < MOST; i++) this.data[i] = 33 + ((this.steps * 7 + i) % 90);
  }

  /** The call as it can be made on both sides. */
  private settle(call: Call): Call {
    const { ours } = this;
    if (call.op === 'futimes') return this.settleTimes(call, ours.system.fstat(ours.any(call.any)));
    if (call.op === 'utimes') {
      return this.settleTimes(call, ours.system.stat(ours.dir(call.dir), call.path, call.follow));
    }
    // The kernel's side has a prefix for a second directory, which adds to the path's length and to its symlinks.
    return 'newPath' in call && call.newPath.length > SHORT ? { ...call, newDir: call.dir } : call;
  }

  /** Node cannot omit a time, so the kernel gets the current one, which must fit a double. */
  private settleTimes<C extends Call & { atime: SetTime; mtime: SetTime }>(call: C, stat: Stat | number): C {
    const exact = (time: SetTime, before: bigint): SetTime =>
      time === 'omit' && this.ours.isNow(before) ? 'now' : time;
    const found = typeof stat !== 'number';
    const atime = found ? exact(call.atime, stat.atime) : call.atime;
    const mtime = found ? exact(call.mtime, stat.mtime) : call.mtime;
    // With both omitted utimensat(2) does nothing at all, and Node cannot ask for that either.
    return { ...call, atime, mtime: atime === 'omit' && mtime === 'omit' ? 'now' : mtime };
  }

  private nameOf(kind: 'dir' | 'fd' | 'any', n: number): string {
    const { ours } = this;
    const fd = kind === 'dir' ? ours.dir(n) : kind === 'fd' ? ours.file(n) : ours.any(n);
    return fd === ours.system.base ? 'base' : `fd${ours.open.indexOf(fd)}`;
  }

  private close(n: number): void {
    this.ours.close(n);
    this.kernel.close(n);
  }

  /** Goes on with a backend over the one so far: nothing is open then. */
  goOver(): void {
    this.closeAll();
    this.fs.goOver();
    this.log?.('the tree is the lower layer now');
    this.look('after the change of layers');
  }

  /** Closes all descriptors of both sides. */
  closeAll(): void {
    for (const side of [this.ours, this.kernel]) while (side.open.length > 0) side.close(0);
  }

  /**
   * Looks at everything there is, by each name and each descriptor. Names come from our side; an entry that only the
   * kernel has shows in the size and the link count of its directory.
   */
  private look(when: string): void {
    const { leaked } = this.fs;
    if (leaked !== 0) throw new Difference(when, `${leaked} fid(s) are not clunked`, '-');
    this.same(when, '.', (side) => side.system.stat(side.system.base, '.', false));
    for (const path of this.fs.tree(this.names)) {
      // Deeper files are compared through their descriptors.
      if (path.length < LONG) this.same(when, path, (side) => side.system.stat(side.system.base, path, false));
    }
    for (let n = 0; n < this.ours.open.length; n++) this.same(when, `fd${n}`, (side) => side.system.fstat(side.any(n)));
  }

  private same(when: string, what: string, stat: (side: Side) => Stat | number): void {
    const a = stat(this.ours);
    const b = stat(this.kernel);
    const where = (): string => `${when}, stat of ${quote(what)}`;
    if (!this.alike(a, b)) throw new Difference(where(), show(this.ours.plainStat(a)), show(this.kernel.plainStat(b)));
    if (typeof a === 'number' || typeof b === 'number') return;
    const mine = this.ours.moves(a);
    const theirs = this.kernel.moves(b);
    if (this.agree(mine.mtime, theirs.mtime) && this.agree(mine.ctime, theirs.ctime)) return;
    throw new TimeDifference(
      where(),
      `mtime ${moveText(mine.mtime)}, ctime ${moveText(mine.ctime)}`,
      `mtime ${moveText(theirs.mtime)}, ctime ${moveText(theirs.ctime)}`,
    );
  }

  /** True if `plainStat` of both is the same, without formatting it. */
  private alike(a: Stat | number, b: Stat | number): boolean {
    if (typeof a === 'number' || typeof b === 'number') return a === b;
    return (
      this.ours.id(a.ino) === this.kernel.id(b.ino) &&
      a.mode === b.mode &&
      a.nlink === b.nlink &&
      a.size === b.size &&
      (!this.fs.movesAtimes || this.sameTime(a.atime, b.atime)) &&
      this.sameTime(a.mtime, b.mtime) &&
      this.sameTime(a.ctime, b.ctime)
    );
  }

  private sameTime(a: bigint, b: bigint): boolean {
    return this.ours.isNow(a) ? this.kernel.isNow(b) : a === b;
  }

  /** True if a time moved on both sides or on neither, within the tick of the clock. */
  private agree(ours: Move, kernel: Move): boolean {
    if (ours.moved === kernel.moved) return true;
    if (!ours.moved && !this.fs.ticks) return false;
    return this.began - (ours.moved ? kernel : ours).before < TICK;
  }

  /**
   * Compares the contents of all files, and what lies outside of the base directory.
   * @throws Difference
   */
  end(): void {
    for (const path of this.fs.tree(this.names)) {
      const [a, b] = [content(this.ours, path), content(this.kernel, path)];
      if (a !== b) throw new Difference(`at the end, content of ${quote(path)}`, a, b);
    }
    const [a, b] = [this.ours.system.outside(), this.kernel.system.outside()];
    if (a !== b) throw new Difference('at the end, outside of the base directory', a, b);
  }
}

function moveText({ moved }: Move): string {
  return moved ? 'moved' : 'stayed';
}

function content(side: Side, path: string): string {
  const { system } = side;
  const stat = system.stat(system.base, path, false);
  if (typeof stat === 'number') return show(stat);
  const kind = stat.mode & S_IFMT;
  if (kind !== S_IFREG) return kind === S_IFDIR ? 'a directory' : show(system.readlink(system.base, path));
  const fd = system.open(system.base, path, 0);
  if (fd < 0) return show(fd);
  const data = show(system.pread(fd, stat.size + 1, 0));
  system.close(fd);
  return data;
}
