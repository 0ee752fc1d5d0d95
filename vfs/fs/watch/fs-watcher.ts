// FSWatcher of node:fs: the changes of a file or directory that requests to its server make.
import type { FileChange } from '../../server/tap.ts';
import { tapChanges } from '../../server/tap.ts';
import type { GuestServer } from '../../server/guest-server.ts';
import { Emitter } from '../values/emitter.ts';
import type { WatchedTree, Where } from './watched-tree.ts';

/** Events that wait for their listener; of those beyond, one without a name tells that there were some. */
export const MAX_EVENTS = 16_384;
/** The longest delay of a timer. */
const FOREVER = 2 ** 31 - 1;

/** The kind of an event of `watch`: `rename` if a name appears or disappears, else `change`. */
export type WatchEventType = 'rename' | 'change';

/** A timer of Node, or the number of one of a browser. */
type Timer = { ref?(): unknown; unref?(): unknown } | number;

/** The watched file or directory. */
export interface Watched extends Where {
  /** The last name of the path, which events of the file itself have. */
  readonly name: string;
  readonly tree: WatchedTree;
  readonly isDir: boolean;
  /** Looks up the directories below one that was moved into the tree. */
  readonly scan: ((path: string) => void) | null;
}

/** A watcher, as `watch` returns it. It emits `change`, `error` and `close`. */
export class FSWatcher extends Emitter {
  readonly #watched: Watched;
  readonly #given: (name: string) => string | Uint8Array;
  readonly #stops = new Map<GuestServer, () => void>();
  readonly #onClose: (watcher: FSWatcher) => void;
  #events: [type: WatchEventType, name: string | null][] = [];
  #delivery: Timer | null = null;
  #keepAlive: Timer | null = null;
  #isClosed = false;

  /** @internal */
  constructor(
    watched: Watched,
    given: (name: string) => string | Uint8Array,
    persistent: boolean,
    onClose: (watcher: FSWatcher) => void,
  ) {
    super();
    this.#watched = watched;
    this.#given = given;
    this.#onClose = onClose;
    this.#listen();
    this.#keepAlive = setInterval(() => {}, FOREVER) as Timer;
    if (!persistent) this.unref();
  }

  /** Keeps the process running as long as the watcher is open. */
  ref(): this {
    (this.#keepAlive as { ref?(): unknown } | null)?.ref?.();
    return this;
  }

  unref(): this {
    (this.#keepAlive as { unref?(): unknown } | null)?.unref?.();
    return this;
  }

  /** Ends the watch. Events that wait are dropped. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const stop of this.#stops.values()) stop();
    this.#stops.clear();
    clearInterval(this.#keepAlive as never);
    clearTimeout(this.#delivery as never);
    this.#events = [];
    this.#onClose(this);
    queueMicrotask(() => this.emit('close'));
  }

  /** Listens to each server that has a directory of the tree. */
  #listen(): void {
    for (const server of [this.#watched.server, ...this.#watched.tree.all()])
      if (!this.#stops.has(server))
        this.#stops.set(
          server,
          tapChanges(server, (change) => this.#changed(server, change)),
        );
  }

  #changed(server: GuestServer, change: FileChange): void {
    const { tree, isDir, scan, ino, name } = this.#watched;
    const isChange = change.kind === 'content' || change.kind === 'attributes';
    // As libuv, for which every event of a directory is one of a name.
    const type = isChange && !change.isDir ? 'change' : 'rename';
    if (server === this.#watched.server && change.ino === ino) {
      if (isChange) this.#add(type, name);
      else this.#ownName(change, name);
    }
    if (!isDir) return;
    const path = change.kind === 'replaced' ? null : tree.pathOf(server, change.dir, change.name);
    if (path !== null) this.#add(type, path);
    if (scan === null || !change.isDir) return;
    if (tree.follow(server, change) && path !== null) {
      // A request within a request would break it.
      queueMicrotask(() => {
        if (this.#isClosed) return;
        scan(path);
        this.#listen();
      });
    }
  }

  /** An event of the file's own name, as inotify(7) has it. */
  #ownName({ kind, isDir, isGone }: FileChange, name: string): void {
    if (kind === 'moved-to') this.#add('rename', name);
    else if (kind !== 'moved-from') {
      // The number of its names has changed.
      if (!isDir) this.#add('change', name);
      if (isGone) this.#add('rename', name);
    }
  }

  #add(type: WatchEventType, name: string): void {
    const last = this.#events.at(-1);
    if (last !== undefined && last[0] === type && last[1] === name) return;
    if (this.#events.length < MAX_EVENTS) this.#events.push([type, name]);
    else if (last![1] !== null) this.#events.push(['rename', null]);
    this.#delivery ??= setTimeout(() => this.#deliver(), 0) as Timer;
  }

  #deliver(): void {
    const events = this.#events;
    this.#events = [];
    this.#delivery = null;
    for (const [type, name] of events) {
      if (this.#isClosed) return;
      this.emit('change', type, name === null ? null : this.#given(name));
    }
  }
}
