import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { S_IFDIR } from '../vfs/9p/constants.ts';
import type { Backend } from '../vfs/backend/backend.ts';
import { TarBackend } from '../vfs/backend/tar/index.ts';
import type { FileSystem } from '../vfs/fs/index.ts';

/** What a directory holds and does not show. */
export interface Hidden {
  readonly name: string;
  /** Half a sentence. */
  readonly reason: string;
}

/** A store, and where it is in a file system. */
export interface Store {
  readonly fs: FileSystem;
  /** A path without dots. */
  readonly at: string;
  readonly backend: Backend;
  /** The directory of this machine that it shows, if it is one. */
  readonly host?: string;
}

/** What the stores of a command hold and do not show: for a command that promises to leave nothing out in silence. */
export class HiddenNames {
  private readonly stores: Store[] = [];
  private readonly ofArchives = new Map<TarBackend, Map<string, Hidden[]>>();

  add(store: Store): void {
    this.stores.push(store);
  }

  /** In a directory. */
  in(fs: FileSystem, path: string): readonly Hidden[] {
    const real = fs.realpathSync(path);
    const store = this.storeOf(fs, real);
    if (store === undefined) return [];
    const below = real.slice(store.at.length).replace(/^\//, '');
    const { backend, host } = store;
    if (backend instanceof TarBackend) return this.ofArchive(backend).get(below) ?? [];
    return host === undefined ? [] : undecodable(join(host, below));
  }

  /** What is mounted deepest hides what is below it. */
  private storeOf(fs: FileSystem, real: string): Store | undefined {
    const around = this.stores.filter(
      ({ fs: its, at }) => its === fs && `${real}/`.startsWith(at === '/' ? at : `${at}/`),
    );
    return around.toSorted((one, other) => one.at.length - other.at.length).at(-1);
  }

  private ofArchive(backend: TarBackend): Map<string, Hidden[]> {
    let hidden = this.ofArchives.get(backend);
    if (hidden === undefined) this.ofArchives.set(backend, (hidden = skippedOf(backend)));
    return hidden;
  }
}

/** The members that an archive leaves out, by the directory that they would be in, as far as there is one. */
function skippedOf(backend: TarBackend): Map<string, Hidden[]> {
  const hidden = new Map<string, Hidden[]>();
  for (const { path, reason } of backend.skipped) {
    const names = path.split('/').filter((name) => name !== '' && name !== '.');
    const dir = directoryOf(backend, names);
    const name = names.slice(dir.length).join('/');
    const there = hidden.get(dir.join('/')) ?? [];
    there.push({ name, reason });
    hidden.set(dir.join('/'), there);
  }
  return hidden;
}

function directoryOf(backend: TarBackend, names: readonly string[]): string[] {
  const dir: string[] = [];
  let at = backend.root();
  for (const name of names.slice(0, -1)) {
    const found = backend.lookup(at, name);
    if (typeof found === 'number' || found.kind !== S_IFDIR) break;
    at = found;
    dir.push(name);
  }
  return dir;
}

/** A directory of the host hides names that are not UTF-8: nobody could write them. */
function undecodable(dir: string): Hidden[] {
  const names = readdirSync(dir, { encoding: 'buffer' });
  return names
    .filter((bytes) => !bytes.equals(Buffer.from(bytes.toString())))
    .map((bytes) => ({ name: bytes.toString(), reason: 'its name is not UTF-8' }));
}
