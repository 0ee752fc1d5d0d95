// Resolves the operands of ls, cat, cp and tree to a file system and a path.
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { parse, resolve, sep } from 'node:path';
import type { Backend } from '../../vfs/backend/backend.ts';
import { hostDir } from '../../vfs/backends/hostdir/index.ts';
import { tar } from '../../vfs/backends/tar/index.ts';
import { createFs, type FileSystem } from '../../vfs/fs/index.ts';
import { nameOf, parentOf } from '../../vfs/fs/values/path-text.ts';
import { Namespace } from '../../vfs/namespace/index.ts';
import {
  closeStore,
  isRemoteUrl,
  placeOf,
  serverAt,
  splitUrl,
  withRoot,
  type GuestMount,
  type Store,
} from './mounts.ts';
import { currentDirectory, hostPath } from '../lib/lossy.ts';
import { UsageError } from '../lib/options.ts';
import { reasonOf } from '../lib/reason.ts';
import { nearest } from '../lib/suggest.ts';

/** A readable archive format: its row makes `FILE:PATH` a place. */
export interface ArchiveKind {
  /** Matches the file's name. */
  readonly ending: RegExp;
  /** The endings, for messages. */
  readonly names: string;
  /** @throws Error if the bytes are not such an archive. */
  open(bytes: Uint8Array): Backend;
}

export const ARCHIVES: readonly ArchiveKind[] = [
  { ending: /\.(tar|tar\.gz|tgz)$/, names: '.tar, .tar.gz and .tgz', open: tar },
];

/** Matches the names of archives in unsupported formats. */
const OTHERS = /\.(tar\.\w+|tbz2?|tb2|txz|tzst|tlz|zip|7z|rar|cpio)$/i;

/** An operand, resolved. */
export interface Place {
  readonly fs: FileSystem;
  readonly path: string;
  /** As the user wrote it, for messages. */
  readonly text: string;
  /** The name of a copy of it; empty for a root, `.` and `..`. */
  readonly name: string;
}

/**
 * Resolves the operands of a command line. `ARCHIVE:PATH` is in an archive, unless a file has exactly this name; a path
 * that begins with `/` is in the mounts, if there are any; every other path is this machine's.
 */
export class Places {
  private readonly mounts: Namespace | null;
  private readonly archives: readonly ArchiveKind[];
  private readonly opened = new Map<string, FileSystem>();
  private readonly backends: Store[];

  constructor(mounts: readonly GuestMount[], archives: readonly ArchiveKind[] = ARCHIVES) {
    this.archives = archives;
    this.backends = mounts.map(({ backend }) => backend);
    this.mounts = mounts.length === 0 ? null : this.mounted(mounts);
  }

  private mounted(mounts: readonly GuestMount[]): Namespace {
    try {
      // The tools know absolute paths only: a name such as `../a` is that below the root.
      const placed = mounts.map((mount) => ({ ...mount, guest: placeOf(mount.guest) }));
      return new Namespace(Object.fromEntries(withRoot(placed).map(({ guest, backend }) => [guest, backend])));
    } catch (error) {
      for (const backend of this.backends) closeStore(backend);
      throw error;
    }
  }

  /** Resolves an operand. @throws UsageError if it is empty, Error if it is in an unreadable archive. */
  at(text: string): Place {
    return this.onServer(text) ?? this.inArchive(text) ?? this.inMounts(text) ?? this.onHost(text);
  }

  /** Returns the existing path that was probably meant by an operand: another name in its directory. */
  near(text: string): string | undefined {
    try {
      const { fs, path } = this.at(text);
      const name = nameOf(path);
      const near = nearest(name, fs.readdirSync(parentOf(path)));
      return near === undefined || !text.endsWith(name) ? undefined : text.slice(0, -name.length) + near;
    } catch {
      return undefined;
    }
  }

  /** Closes all mounts, archives and host directories. */
  close(): void {
    this.mounts?.close();
    for (const fs of this.opened.values()) fs.unmount();
    for (const backend of this.backends) closeStore(backend);
  }

  /** Returns null if it is not a `URL::PATH`, or if a file of this machine has exactly this name. */
  private onServer(text: string): Place | null {
    if (!isRemoteUrl(text) || isThere(text)) return null;
    const { url, path = '/' } = splitUrl(text);
    let fs = this.opened.get(url);
    if (fs === undefined) {
      const server = serverAt(url);
      try {
        fs = createFs(server);
      } catch (error) {
        // The operand comes before the reason.
        throw new Error((error as Error).message.replace(`${url} `, ''), { cause: error });
      }
      this.opened.set(url, fs);
    }
    return { fs, path: path.startsWith('/') ? path : `/${path}`, text, name: lastName(path) };
  }

  /** Returns null if it is not in an archive, or if a file of this machine has exactly this name. */
  private inArchive(text: string): Place | null {
    for (let colon = text.indexOf(':'); colon > 0; colon = text.indexOf(':', colon + 1)) {
      const file = text.slice(0, colon);
      const kind = this.archives.find(({ ending }) => ending.test(file));
      if (kind === undefined) this.refuseOther(text, file);
      if (kind === undefined) continue;
      if (isThere(text)) return null;
      const fs = this.open(`archive ${resolve(file)}`, () => kind.open(bytesOf(file)), file);
      const path = `/${text.slice(colon + 1)}`;
      return { fs, path, text, name: lastName(path) };
    }
    return null;
  }

  /** @throws Error for an archive in an unsupported format, unless a file has exactly this name. */
  private refuseOther(text: string, file: string): void {
    if (!OTHERS.test(file) || existsSync(hostPath(text)) || !existsSync(hostPath(file))) return;
    const names = this.archives.map((kind) => kind.names).join(', ');
    throw new Error(`${file} is not supported: only ${names} archives are; unpack it first.`);
  }

  private inMounts(text: string): Place | null {
    if (this.mounts === null || !text.startsWith('/')) return null;
    return { fs: this.mounts.fs, path: text, text, name: lastName(text) };
  }

  private onHost(text: string): Place {
    if (text === '') throw new UsageError(`The path '' is empty: the current directory is .`);
    const { root } = parse(resolve(text));
    const fs = this.open(`host ${root}`, () => hostDir(root), root);
    const path = parse(text).root === '' ? `${currentDirectory()}${sep}${text}` : text;
    // Not normalized: only the file system can resolve `..` after a symlink.
    const below = `/${path.slice(root.length).replaceAll(sep, '/')}`;
    return { fs, path: below, text, name: lastName(below) };
  }

  private open(key: string, make: () => Backend, file: string): FileSystem {
    let fs = this.opened.get(key);
    if (fs !== undefined) return fs;
    try {
      const backend = make();
      this.backends.push(backend);
      fs = createFs(backend);
    } catch (error) {
      throw new Error(`${file} cannot be read: ${reasonOf(error)}.`, { cause: error });
    }
    this.opened.set(key, fs);
    return fs;
  }
}

/** True if a file of this machine has exactly this name, even a dangling symlink. */
function isThere(text: string): boolean {
  try {
    return lstatSync(hostPath(text), { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

function lastName(path: string): string {
  const name = nameOf(path);
  return name === '.' || name === '..' ? '' : name;
}

function bytesOf(file: string): Uint8Array {
  return readFileSync(hostPath(file));
}
