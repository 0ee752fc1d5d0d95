// watch, watchFile and unwatchFile of a FileSystem, and the watchers that are open.
import { insideOf } from '../../connect/inside.ts';
import { GETATTR_BASIC, QTDIR } from '../../9p/constants.ts';
import { Found } from '../../client/at/resolve/found.ts';
import type { Signal } from '../../lib/platform.ts';
import type { Encoding } from '../values/encodings.ts';
import { booleansIn, optionsOf, pathOf, type PathLike } from '../values/arguments.ts';
import { badArgument, fsError, outOfRange } from '../values/errors.ts';
import { throwIfAborted, type Abortable } from '../values/abort.ts';
import { join } from '../values/path-text.ts';
import type { Rooted } from '../files/rooted.ts';
import type { NameCalls } from '../calls/name-calls.ts';
import type { BigIntStats, Stats } from '../values/stats.ts';
import { FSWatcher, type WatchEventType } from './fs-watcher.ts';
import { StatWatcher } from './stat-watcher.ts';
import { WatchedTree, type Where } from './watched-tree.ts';

/** Milliseconds between two looks of watchFile. */
const INTERVAL = 5007;
/** Events that `promises.watch` keeps for its iterator. */
const MAX_QUEUE = 2048;

/** Options of `watch`. */
export interface WatchOptions extends Abortable {
  /** Of the names in events. */
  encoding?: Encoding | 'buffer' | null;
  /** False: the watcher does not keep the process running. */
  persistent?: boolean;
  /** The files in directories below, too; names are then paths from the watched directory on. */
  recursive?: boolean;
}

/** Options of `promises.watch`. */
export interface PromisedWatchOptions extends WatchOptions {
  /** Events that are kept until the iterator takes them. Default 2,048. */
  maxQueue?: number;
  /** Beyond that: `ignore`, the default, drops events; `throw` ends the iteration with an error. */
  overflow?: 'ignore' | 'throw';
}

/** Options of `watchFile`. */
export interface WatchFileOptions {
  bigint?: boolean;
  persistent?: boolean;
  /** Milliseconds between two looks. Default 5007. */
  interval?: number;
}

/** An event of `promises.watch`. */
export interface WatchEvent {
  eventType: WatchEventType;
  /** The name, or in the encoding `buffer` its bytes; null if more happened than could be kept. */
  filename: string | Uint8Array | null;
}

/** The listener of `watch`. */
export type WatchListener = (eventType: WatchEventType, filename: string | null) => void;
/** The listener of `watchFile`. */
export type StatListener<S = Stats> = (now: S, before: S) => void;

/** The calls of node:fs that watch. */
export interface WatchCalls {
  /**
   * Tells of the changes of a file, or of those in a directory, which guests and JavaScript make on the same server.
   * Changes of the store itself, such as those of other processes in a directory of the host, are not seen: watchFile
   * sees those.
   * @throws FsError of watch; TypeError ERR_FEATURE_UNAVAILABLE_ON_PLATFORM: the server is in another process.
   */
  watch(path: PathLike, listener?: WatchListener): FSWatcher;
  watch(path: PathLike, options?: Encoding | 'buffer' | WatchOptions | null, listener?: WatchListener): FSWatcher;
  /** Looks at the attributes of a path every 5 s, or as often as `interval` says. */
  watchFile(path: PathLike, listener: StatListener): StatWatcher;
  watchFile(path: PathLike, options: WatchFileOptions & { bigint?: false }, listener: StatListener): StatWatcher;
  watchFile(path: PathLike, options: WatchFileOptions, listener: StatListener<BigIntStats>): StatWatcher;
  /** Ends a listener of watchFile, by default all of the path. */
  unwatchFile(path: PathLike, listener?: (...stats: never[]) => void): void;
}

const found = new Found();

/** The open watchers of a FileSystem. */
export class Watchers {
  private readonly fs: NameCalls;
  private readonly rooted: Rooted;
  private readonly open = new Set<FSWatcher>();
  private readonly files = new Map<string, StatWatcher>();

  constructor(fs: NameCalls, rooted: Rooted) {
    this.fs = fs;
    this.rooted = rooted;
  }

  closeAll(): void {
    for (const watcher of [...this.open]) watcher.close();
    for (const watcher of this.files.values()) watcher.stop();
    this.files.clear();
  }

  watch(path: PathLike, first?: unknown, second?: unknown): FSWatcher {
    const text = pathOf(path, 'filename');
    const listener = typeof first === 'function' ? first : second;
    const options = optionsOf<WatchOptions>(first as WatchOptions | null);
    booleansIn(options, 'recursive');
    const given = this.fs.namesIn(options.encoding);
    const { signal, persistent = true, recursive = false } = options;
    checkSignal(signal);
    if (listener !== undefined && typeof listener !== 'function')
      throw badArgument('ERR_INVALID_ARG_TYPE', 'The "listener" argument must be of type function.');
    const [where, isDir] = this.find(text);
    const tree = new WatchedTree();
    if (isDir) tree.add(where, '', null);
    const scan = recursive && isDir ? (below: string): void => this.scan(tree, text, below) : null;
    scan?.('');
    const name = text.replace(/\/+$/, '').replace(/^.*\//s, '');
    let unlink = (): void => {};
    const watcher = new FSWatcher({ ...where, name, tree, isDir, scan }, given, persistent !== false, (closed) => {
      unlink();
      this.open.delete(closed);
    });
    this.open.add(watcher);
    if (listener !== undefined) watcher.on('change', listener as WatchListener);
    if (signal?.aborted === true) queueMicrotask(() => watcher.close());
    else if (signal) unlink = onAbort(signal, () => watcher.close());
    return watcher;
  }

  /** The server and the number of a file, and true if it is a directory. @throws FsError of watch. */
  private find(path: string): [where: Where, isDir: boolean] {
    const errno = this.rooted.lookup(path, true, found);
    if (errno !== 0) throw Object.assign(fsError(errno, 'watch', path), { filename: path });
    const isDir = found.type === QTDIR;
    const inside = insideOf(found.tree.client, found.fid);
    found.release();
    if (inside === null)
      throw badArgument(
        'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM',
        'fs.watch is not available here: 9P has no notifications, and the server is in another process. Use watchFile().',
      );
    return [{ server: inside.server.base, ino: inside.inode.ino }, isDir];
  }

  /** Adds the directories below one of the tree. One that is removed meanwhile is left out. */
  private scan(tree: WatchedTree, root: string, below: string): void {
    const todo = [below];
    for (let path = todo.pop(); path !== undefined; path = todo.pop()) {
      try {
        const at = join(root, path);
        const [parent] = this.find(at);
        for (const entry of this.fs.readdirSync(at, { withFileTypes: true })) {
          if (!entry.isDirectory()) continue;
          const [where] = this.find(join(at, entry.name));
          if (tree.add(where, entry.name, parent)) todo.push(join(path, entry.name));
        }
      } catch (error) {
        if ((error as { errno?: number }).errno === undefined) throw error;
      }
    }
  }

  watchFile(path: PathLike, first: unknown, second?: unknown): StatWatcher {
    const text = pathOf(path, 'filename');
    const listener = typeof first === 'function' ? first : second;
    const options = (typeof first === 'function' ? {} : (first ?? {})) as WatchFileOptions;
    if (typeof listener !== 'function')
      throw badArgument('ERR_INVALID_ARG_TYPE', 'The "listener" argument must be of type function.');
    booleansIn(options, 'bigint', 'persistent');
    const { bigint = false, persistent = true, interval = INTERVAL } = options;
    if (typeof interval !== 'number')
      throw badArgument('ERR_INVALID_ARG_TYPE', 'The "interval" argument must be of type number.');
    if (!(interval >= 0 && interval <= 2 ** 32 - 1)) throw outOfRange('interval', '>= 0 && <= 4294967295', interval);
    let watcher = this.files.get(text);
    if (watcher === undefined) {
      const look = (wide: boolean): Stats | BigIntStats | undefined => {
        const errno = this.rooted.stat(text, true, GETATTR_BASIC, this.fs.status);
        return errno === 0 ? this.fs.stats(wide) : undefined;
      };
      watcher = new StatWatcher(look, { bigint, interval, persistent });
      this.files.set(text, watcher);
    }
    return watcher.on('change', listener as StatListener);
  }

  unwatchFile(path: PathLike, listener?: unknown): void {
    const text = pathOf(path, 'filename');
    const watcher = this.files.get(text);
    if (watcher === undefined) return;
    if (typeof listener === 'function') watcher.off('change', listener as StatListener);
    else watcher.removeAllListeners('change');
    if (watcher.listenerCount('change') > 0) return;
    watcher.stop();
    this.files.delete(text);
  }

  /** The events of a watcher, one after the other. It is open while the iteration lasts. */
  async *events(
    path: PathLike,
    options: Encoding | 'buffer' | PromisedWatchOptions | null = {},
  ): AsyncGenerator<WatchEvent> {
    const given = optionsOf<PromisedWatchOptions>(options);
    const { signal, maxQueue = MAX_QUEUE, overflow = 'ignore' } = given;
    if (!Number.isInteger(maxQueue) || maxQueue < 1) throw outOfRange('options.maxQueue', '>= 1', maxQueue);
    if (overflow !== 'ignore' && overflow !== 'throw')
      throw badArgument('ERR_INVALID_ARG_VALUE', "The property 'options.overflow' must be 'ignore' or 'throw'.");
    checkSignal(signal);
    throwIfAborted(signal);
    const waiting: WatchEvent[] = [];
    let isFull = false;
    let wake = (): void => {};
    const watcher = this.watch(
      path,
      { ...given, signal: undefined } as WatchOptions,
      (eventType: WatchEventType, filename: string) => {
        if (waiting.length < maxQueue) waiting.push({ eventType, filename });
        else isFull = true;
        wake();
      },
    );
    let isClosed = false;
    const end = (): void => {
      isClosed = true;
      wake();
    };
    watcher.once('close', end);
    const unlink = signal ? onAbort(signal, end) : undefined;
    try {
      for (;;) {
        throwIfAborted(signal);
        const event = waiting.shift();
        if (event !== undefined) yield event;
        else if (isFull && overflow === 'throw') throw tooMany(maxQueue);
        else if (isClosed) return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      unlink?.();
      watcher.close();
    }
  }
}

function tooMany(maxQueue: number): Error {
  const message = `fs.watch maximum queue size (${maxQueue}) exceeded`;
  return Object.assign(new Error(message), { code: 'ERR_FS_WATCH_QUEUE_OVERFLOW' });
}

/** @throws TypeError ERR_INVALID_ARG_TYPE. */
function checkSignal(signal: unknown): void {
  if (signal !== undefined && (typeof signal !== 'object' || signal === null || !('aborted' in signal)))
    throw badArgument('ERR_INVALID_ARG_TYPE', 'The "options.signal" property must be an AbortSignal.');
}

/** The part of an AbortSignal that its type lacks on some platforms. */
interface Listened {
  addEventListener(event: 'abort', listener: () => void): void;
  removeEventListener(event: 'abort', listener: () => void): void;
}

/** Calls a function when a signal is aborted. Returns what takes it back. */
function onAbort(signal: Signal, act: () => void): () => void {
  const target = signal as unknown as Listened;
  target.addEventListener('abort', act);
  return () => target.removeEventListener('abort', act);
}
