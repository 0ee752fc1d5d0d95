import { errnoName } from '../../vfs/errno.ts';
import { Kernel } from './kernel.ts';
import { describe, quote, type Call, type Entry, type SetTime, type Stat, type System } from './model.ts';
import { Ours, type MakeBackend } from './ours.ts';

/** Descriptors open at once: more are not opened before the oldest is closed. */
const MAX_OPEN = 8;
/** A time this near to the clock is the present, not one that was set. Nanoseconds. */
const HOUR = 3600n * 1_000_000_000n;
/**
 * The kernel takes times from a clock that ticks every 1 to 10 ms, and multigrain timestamps (Linux 6.13) make it finer
 * only at times: a change within a tick may leave a time as it was. So a time that the kernel does not move tells
 * nothing unless it is older than that; one that the kernel does move always tells.
 */
const TICK = 12_000_000n;
const TICK_MS = 14;
const S_IFMT = 0o170000;
const S_IFREG = 0o100000;
const S_IFDIR = 0o040000;

const CELL = new Int32Array(new SharedArrayBuffer(4));

/** The two answers to one call differ, or what a later look at the files shows. */
export class Difference extends Error {}

/** One of the two file systems, with what was seen on it. */
class Side {
  readonly system: System;
  /** Descriptors, in the order of opening: the same on both sides. */
  readonly open: number[] = [];
  /** Numbers that stand for inodes, in the order of meeting them. */
  private readonly ids = new Map<number, number>();
  /** The mtime and ctime that an inode had when it was last looked at. */
  private readonly seen = new Map<number, [mtime: bigint, ctime: bigint]>();

  constructor(system: System) {
    this.system = system;
  }

  id(ino: number): number {
    let id = this.ids.get(ino);
    if (id === undefined) {
      id = this.ids.size;
      this.ids.set(ino, id);
    }
    return id;
  }

  /** A stat without what differs from one system to the next: inode numbers and the clock. */
  plain(stat: Stat): Record<string, unknown> {
    const { mode, nlink, size, atime, mtime, ctime } = stat;
    return {
      id: this.id(stat.ino),
      mode: mode.toString(8),
      nlink,
      size,
      atime: timeName(atime),
      mtime: timeName(mtime),
      ctime: timeName(ctime),
    };
  }

  /** How mtime and ctime have moved since the inode was last looked at: nanoseconds, 0 for not at all. */
  moves(stat: Stat): Moves {
    const { ino, mtime, ctime } = stat;
    const [mBefore, cBefore] = this.seen.get(ino) ?? [mtime, ctime];
    this.seen.set(ino, [mtime, ctime]);
    return { mtime: mtime !== mBefore, ctime: ctime !== cBefore, mBefore, cBefore };
  }
}

/** Which times have moved, and what they were before. */
interface Moves {
  mtime: boolean;
  ctime: boolean;
  mBefore: bigint;
  cBefore: bigint;
}

let now = 0n;

/** `now` for the clock's present, else the time itself. */
function timeName(time: bigint): string {
  const ahead = time - now;
  return ahead < HOUR && ahead > -HOUR ? 'now' : String(time);
}

/** Runs sequences of calls on ours and on the kernel's tmpfs, side by side. */
export class Comparison {
  /** Calls made so far; one that found nothing open to act on does not count. */
  calls = 0;
  /** How often each call gave each result: `open ENOENT`. */
  readonly results = new Map<string, number>();
  private readonly makeBackend: MakeBackend;

  constructor(makeBackend: MakeBackend) {
    this.makeBackend = makeBackend;
  }

  /**
   * Runs one sequence on two empty file systems.
   * @param log Takes a line a call.
   * @throws Difference at the first one.
   */
  run(calls: readonly Call[], log: ((line: string) => void) | null = null): void {
    now = BigInt(Date.now()) * 1_000_000n;
    const ours = new Ours(this.makeBackend);
    const kernel = new Kernel();
    const run = new Run(ours, kernel, log);
    let thrown: unknown;
    try {
      for (const call of calls) {
        const result = run.step(call);
        if (result === '') continue;
        this.calls++;
        const key = `${call.op} ${result}`;
        this.results.set(key, (this.results.get(key) ?? 0) + 1);
      }
      run.end();
    } catch (error) {
      thrown = error;
    }
    run.closeAll();
    kernel.dispose();
    if (thrown === undefined) ours.dispose();
    else throw thrown;
  }
}

/** One sequence on its way. */
class Run {
  private readonly ours: Side;
  private readonly kernel: Side;
  private readonly tree: () => string[];
  private readonly leaked: () => number;
  private readonly log: ((line: string) => void) | null;
  private writes = 0;
  /** When the call at hand began, nanoseconds since 1970; whole milliseconds, so never too late. */
  private began = 0n;

  constructor(ours: Ours, kernel: Kernel, log: ((line: string) => void) | null) {
    this.ours = new Side(ours);
    this.kernel = new Side(kernel);
    this.tree = () => ours.tree();
    this.leaked = () => ours.leaked;
    this.log = log;
    this.look('at the start');
  }

  /** Makes a call on both sides: what it gave, `ok` or an errno's name; '' when there was nothing to act on. */
  step(call: Call): string {
    if (call.op === 'open' && this.ours.open.length >= MAX_OPEN) this.close(0);
    if (!this.possible(call)) return '';
    const settled = this.settle(call);
    const name = describe(settled, (kind, n) => this.nameOf(kind, n));
    this.began = BigInt(Date.now()) * 1_000_000n;
    const a = this.make(this.ours, settled);
    const b = this.make(this.kernel, settled);
    this.log?.(`${name} = ${show(a)}`);
    if (show(a) !== show(b)) throw new Difference(`${name}\n  ours:   ${show(a)}\n  kernel: ${show(b)}`);
    this.writes++;
    this.look(`after ${name}`);
    return typeof a === 'number' && a < 0 ? errnoName(-a) : 'ok';
  }

  /** The call as it can be made on both sides. */
  private settle(call: Call): Call {
    if (call.op === 'futimes') {
      const fd = this.ours.open[call.any % this.ours.open.length]!;
      return this.settleTimes(call, this.ours.system.fstat(fd));
    }
    if (call.op === 'utimes') {
      return this.settleTimes(call, this.ours.system.stat(this.dir(this.ours, call.dir), call.path, call.follow));
    }
    // The kernel's side needs a prefix for a second directory, which would make a long path too long.
    return 'newPath' in call && call.newPath.length > 1000 ? { ...call, newDir: call.dir } : call;
  }

  /** Node cannot omit a time: the kernel is given the one it has, which must be one that a double holds. */
  private settleTimes<C extends Call & { atime: SetTime; mtime: SetTime }>(call: C, stat: Stat | number): C {
    if (typeof stat === 'number') return call;
    const exact = (time: SetTime, before: bigint): SetTime =>
      time === 'omit' && timeName(before) === 'now' ? 'now' : time;
    return { ...call, atime: exact(call.atime, stat.atime), mtime: exact(call.mtime, stat.mtime) };
  }

  private possible(call: Call): boolean {
    if ('any' in call) return this.ours.open.length > 0;
    return !('fd' in call) || this.files(this.ours).length > 0;
  }

  private files(side: Side): number[] {
    return side.open.filter((fd) => !side.system.isDirectory(fd));
  }

  private file(side: Side, n: number): number {
    const files = this.files(side);
    return files[n % files.length]!;
  }

  private dir(side: Side, n: number): number {
    const dirs = [side.system.base, ...side.open.filter((fd) => side.system.isDirectory(fd))];
    return dirs[n % dirs.length]!;
  }

  private nameOf(kind: 'dir' | 'fd' | 'any', n: number): string {
    const side = this.ours;
    if (kind === 'dir') {
      const dir = this.dir(side, n);
      return dir === side.system.base ? 'base' : `fd${this.openedAs(dir)}`;
    }
    const fd = kind === 'any' ? side.open[n % side.open.length] : this.file(side, n);
    return fd === undefined ? '-' : `fd${this.openedAs(fd)}`;
  }

  private openedAs(fd: number): number {
    return this.ours.open.indexOf(fd);
  }

  private make(side: Side, call: Call): unknown {
    const { system } = side;
    switch (call.op) {
      case 'open': {
        const fd = system.open(this.dir(side, call.dir), call.path, call.flags);
        if (fd < 0) return fd;
        side.open.push(fd);
        return `fd${side.open.length - 1}${system.isDirectory(fd) ? ', a directory' : ''}`;
      }
      case 'wait':
        // Once for both is enough.
        if (side === this.ours) Atomics.wait(CELL, 0, 0, TICK_MS);
        return 0;
      case 'close':
        // The kernel's side comes second, and its list is as long.
        system.close(side.open.splice(call.any % side.open.length, 1)[0]!);
        return 0;
      case 'read':
        return system.read(this.file(side, call.fd), call.count);
      case 'pread':
        return system.pread(this.file(side, call.fd), call.count, call.offset);
      case 'write':
        return system.write(this.file(side, call.fd), this.data(call.size));
      case 'pwrite':
        return system.pwrite(this.file(side, call.fd), this.data(call.size), call.offset);
      case 'truncate':
        return system.truncate(this.file(side, call.fd), call.size);
      case 'futimes':
        return system.futimes(side.open[call.any % side.open.length]!, call.atime, call.mtime);
      case 'list':
        return plainEntries(side, system.list(this.dir(side, call.dir)));
      case 'mkdir':
        return system.mkdir(this.dir(side, call.dir), call.path);
      case 'rmdir':
        return system.rmdir(this.dir(side, call.dir), call.path);
      case 'unlink':
        return system.unlink(this.dir(side, call.dir), call.path);
      case 'symlink':
        return system.symlink(call.target, this.dir(side, call.dir), call.path);
      case 'link':
        return system.link(this.dir(side, call.dir), call.path, this.dir(side, call.newDir), call.newPath);
      case 'rename':
        return system.rename(this.dir(side, call.dir), call.path, this.dir(side, call.newDir), call.newPath);
      case 'stat':
        return this.plain(side, system.stat(this.dir(side, call.dir), call.path, call.follow));
      case 'readlink':
        return system.readlink(this.dir(side, call.dir), call.path);
      case 'utimes':
        return system.utimes(this.dir(side, call.dir), call.path, call.follow, call.atime, call.mtime);
    }
  }

  private close(n: number): void {
    for (const side of [this.ours, this.kernel]) side.system.close(side.open.splice(n, 1)[0]!);
  }

  closeAll(): void {
    while (this.ours.open.length > 0) this.close(0);
    while (this.kernel.open.length > 0) this.kernel.system.close(this.kernel.open.pop()!);
  }

  /** Bytes that tell which write they came from. */
  private data(size: number): Uint8Array {
    const data = new Uint8Array(size);
    for (let i = 0; i < size; i++) data[i] = 33 + ((this.writes * 7 + i) % 90);
    return data;
  }

  private plain(side: Side, stat: Stat | number): unknown {
    return typeof stat === 'number' ? stat : side.plain(stat);
  }

  /**
   * Looks at everything there is, by each name and each descriptor. Names come from our tree; an entry that only the
   * kernel has shows in the size and the link count of its directory.
   */
  private look(when: string): void {
    if (this.leaked() !== 0) throw new Difference(`${when} ours leaks ${this.leaked()} fid(s)`);
    this.same(when, '.', (side) => side.system.stat(side.system.base, '.', false));
    for (const path of this.tree()) {
      // What lies deeper than a path is long is reached by its descriptors only.
      if (path.length < 1000) this.same(when, path, (side) => side.system.stat(side.system.base, path, false));
    }
    for (let n = 0; n < this.ours.open.length; n++) {
      this.same(when, `fd${n}`, (side) => side.system.fstat(side.open[n]!));
    }
  }

  private same(when: string, what: string, stat: (side: Side) => Stat | number): void {
    const a = stat(this.ours);
    const b = stat(this.kernel);
    let ours = show(this.plain(this.ours, a));
    let kernel = show(this.plain(this.kernel, b));
    if (ours === kernel && typeof a !== 'number' && typeof b !== 'number') {
      const mine = this.ours.moves(a);
      const theirs = this.kernel.moves(b);
      const fine =
        this.agree(mine.mtime, theirs.mtime, theirs.mBefore) && this.agree(mine.ctime, theirs.ctime, theirs.cBefore);
      if (fine) return;
      ours = `mtime ${moved(mine.mtime)}, ctime ${moved(mine.ctime)}`;
      kernel = `mtime ${moved(theirs.mtime)}, ctime ${moved(theirs.ctime)}`;
    }
    if (ours !== kernel) throw new Difference(`${when}, stat of ${quote(what)}\n  ours:   ${ours}\n  kernel: ${kernel}`);
  }

  /** Whether a time moved on both sides, or on none, as far as the kernel's clock tells. */
  private agree(ours: boolean, kernel: boolean, before: bigint): boolean {
    return ours === kernel || (ours && this.began - before < TICK);
  }

  /** The contents of all files, and what lies outside. */
  end(): void {
    for (const path of this.tree()) {
      const content = (side: Side): string => this.content(side, path);
      if (content(this.ours) !== content(this.kernel)) {
        throw new Difference(
          `at the end, content of ${quote(path)}\n  ours:   ${content(this.ours)}\n  kernel: ${content(this.kernel)}`,
        );
      }
    }
    const [a, b] = [this.ours.system.outside(), this.kernel.system.outside()];
    if (a !== b) throw new Difference(`at the end, outside of the sandbox\n  ours:   ${a}\n  kernel: ${b}`);
  }

  private content(side: Side, path: string): string {
    const { system } = side;
    const stat = system.stat(system.base, path, false);
    if (typeof stat === 'number') return errnoName(-stat);
    const kind = stat.mode & S_IFMT;
    if (kind !== S_IFREG) return kind === S_IFDIR ? 'a directory' : show(system.readlink(system.base, path));
    const fd = system.open(system.base, path, 0);
    if (fd < 0) return errnoName(-fd);
    const data = show(system.pread(fd, stat.size + 1, 0));
    system.close(fd);
    return data;
  }
}

function plainEntries(side: Side, entries: Entry[] | number): unknown {
  return typeof entries === 'number'
    ? entries
    : entries.map(({ name, kind, ino }) => `${kind} ${quote(name)} ${side.id(ino)}`);
}

function moved(moved: boolean): string {
  return moved ? 'moved' : 'stayed';
}

/** A result as text: equal results give equal texts. */
function show(result: unknown): string {
  if (typeof result === 'number') return result < 0 ? errnoName(-result) : String(result);
  if (result instanceof Uint8Array) return `[${result.length}] ${showBytes(result)}`;
  return typeof result === 'string' ? quote(result) : JSON.stringify(result);
}

function showBytes(bytes: Uint8Array): string {
  let text = '';
  let zeros = 0;
  for (const byte of bytes) {
    if (byte === 0) {
      zeros++;
      continue;
    }
    if (zeros > 0) text += `<${zeros} zeros>`;
    zeros = 0;
    text += String.fromCharCode(byte);
  }
  return zeros > 0 ? `${text}<${zeros} zeros>` : text;
}
