// The class FileSystem: all calls of node:fs on one tree, synchronous, with callbacks and with promises.
import type { FileBlob } from '../lib/platform.ts';
import type { AtCalls } from '../client/at/at-calls.ts';
import { DISPOSE } from '../lib/dispose.ts';
import { checkKind, checkOptions, type RowsOf } from '../lib/options.ts';
import { type PathLike } from './values/arguments.ts';
import { addCallbackCalls, type CallbackCalls } from './async/callback-calls.ts';
import { constants } from './values/constants.ts';
import { Promises } from './async/promises.ts';
import { addFileStreams } from './streams/file-streams.ts';
import type { FileStreams } from './streams/types.ts';
import { Watchers, type WatchCalls } from './watch/watchers.ts';
import { TreeCalls } from './calls/tree-calls.ts';

/** Options of `createFs`. */
export interface FsOptions {
  /**
   * The class Buffer, if whoever is given the file system expects Buffers, as node:fs has them. Default: bytes are
   * Uint8Array.
   */
  Buffer?: { from(buffer: ArrayBufferLike, offset: number, length: number): Uint8Array };
}

export const FS_OPTIONS = { Buffer: 'Buffer.from' } satisfies RowsOf<FsOptions>;

/** Options of a FileSystem. */
export interface FileSystemOptions extends FsOptions {
  /** Called by `unmount`, after all descriptors are closed. */
  onClose?: () => void;
}

export const FILE_SYSTEM_OPTIONS = { ...FS_OPTIONS, onClose: 'function' } satisfies RowsOf<FileSystemOptions>;

/**
 * A file system with the shape of node:fs: the same calls, options, defaults and errors, over 9P. Bytes are Uint8Array,
 * unless the option Buffer is given; text is UTF-8 unless another encoding is named, and in names a byte that
 * is not UTF-8 is a lone surrogate, which leads to the file. All paths begin at the root, relative ones too, and
 * never leave it, as in a chroot(2): `..` of the root is the root, and absolute symlinks begin at the root.
 *
 * Permissions are checked by the store alone (a directory of the host has its own). Calls need no `this`:
 * `const { readFileSync } = fs`.
 */
class FileSystemCalls extends TreeCalls {
  readonly constants = constants;
  /** The same calls with promises, as node:fs/promises. */
  readonly promises: Promises;
  private readonly onClose: () => void;
  private readonly watchers: Watchers;

  /** @param root The fid of `/`, of the client of `at`. The caller clunks it. */
  constructor(at: AtCalls, root: number, options: FileSystemOptions = {}) {
    checkKind(at, 'AtCalls.openat', 'at');
    checkKind(root, 'number', 'root');
    const { onClose = () => {}, Buffer: Bytes } = checkOptions(options, FILE_SYSTEM_OPTIONS);
    super(at, root, Bytes && ((u8) => Bytes.from(u8.buffer, u8.byteOffset, u8.byteLength)));
    this.onClose = onClose;
    const watchers = new Watchers(this, this.rooted);
    this.watchers = watchers;
    this.promises = new Promises(this, watchers);
    bindCalls(this);
    bindCalls(this.promises);
    Object.assign(this.realpathSync, { native: this.realpathSync });
    addCallbackCalls(this, this.promises);
    addFileStreams(this);
    const calls: WatchCalls = {
      watch: (...args: Parameters<Watchers['watch']>) => watchers.watch(...args),
      watchFile: (...args: Parameters<Watchers['watchFile']>) => watchers.watchFile(...args),
      unwatchFile: (path, listener) => watchers.unwatchFile(path, listener),
    };
    Object.assign(this, calls);
  }

  /** The content of a file as a Blob. It is read at once. */
  async openAsBlob(path: PathLike, options: { type?: string } = {}): Promise<FileBlob> {
    return new Blob([this.readFileSync(path) as Uint8Array<ArrayBuffer>], options);
  }

  /** Ends the file system: closes all descriptors and watchers. (`close` of node:fs closes a descriptor.) */
  unmount(): void {
    this.watchers.closeAll();
    this.closeAll();
    this.onClose();
  }

  [DISPOSE](): void {
    this.unmount();
  }
}

export type FileSystem = Omit<FileSystemCalls, 'realpathSync'> &
  CallbackCalls &
  FileStreams &
  WatchCalls & { realpathSync: FileSystemCalls['realpathSync'] & { native: FileSystemCalls['realpathSync'] } };

/** @see FileSystemCalls */
export const FileSystem = FileSystemCalls as unknown as new (
  ...args: ConstructorParameters<typeof FileSystemCalls>
) => FileSystem;

/** Binds every public method to the object. */
function bindCalls(object: object): void {
  const calls = object as Record<string, unknown>;
  const isPublic = (name: string): boolean =>
    name.endsWith('Sync') || name === 'openAsBlob' || object instanceof Promises;
  for (let from = Object.getPrototypeOf(object) as object; from !== Object.prototype;) {
    for (const name of Object.getOwnPropertyNames(from)) {
      const call = calls[name];
      if (name === 'constructor' || Object.hasOwn(object, name) || !isPublic(name)) continue;
      if (typeof call === 'function') calls[name] = call.bind(object) as unknown;
    }
    from = Object.getPrototypeOf(from) as object;
  }
}
