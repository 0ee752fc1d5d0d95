import { Volume } from 'memfs';
import { unpackTar, type ParsedTarEntryWithData } from 'modern-tar';

type Core = Volume['_core'];
type Link = Core['root'];

/**
 * Unpacks a tar archive into a new volume, at its root. Permission bits, symlinks, hard links and the
 * files' modification times are kept; owners are not. Rejects on a damaged archive or an entry of
 * another kind.
 */
export async function unpackSysroot(archive: Uint8Array): Promise<Volume> {
  const volume = new Volume();
  const core = volume._core;
  const dirs = new Map<string, Link>([['', core.root]]);
  // The links are made one by one on the volume's core: walking each of some thousand paths from the
  // root, as mkdirSync and writeFileSync do, takes six times as long.
  for (const entry of await unpackTar(archive, { strict: true })) addEntry(core, dirs, entry);
  return volume;
}

function addEntry(core: Core, dirs: Map<string, Link>, { header, data }: ParsedTarEntryWithData): void {
  const path = tidy(header.name);
  if (path === '') return;
  const cut = path.lastIndexOf('/');
  const parent = makeDirs(core, dirs, path.slice(0, Math.max(cut, 0)));
  const name = path.slice(cut + 1);
  switch (header.type) {
    case 'directory':
      makeDirs(core, dirs, path)
        .getNode()
        .chmod(header.mode ?? 0o755);
      return;
    case 'symlink':
      core
        .createLink(parent, name)
        .getNode()
        .makeSymlink(header.linkname ?? '');
      return;
    case 'link':
      core.link(`/${tidy(header.linkname ?? '')}`, `/${path}`);
      return;
    case 'file':
      addFile(core.createLink(parent, name, false, header.mode ?? 0o644), data, header.mtime);
      return;
    default:
      throw new Error(`${header.name}: a tar entry of kind ${header.type} cannot be unpacked`);
  }
}

function addFile(link: Link, data: Uint8Array | undefined, mtime: Date | undefined): void {
  const node = link.getNode();
  if (data !== undefined) node.setBuffer(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  // A precompiled header is thrown away when a header it was made from has another time.
  if (mtime !== undefined) node.mtime = mtime;
}

function makeDirs(core: Core, dirs: Map<string, Link>, path: string): Link {
  const known = dirs.get(path);
  if (known !== undefined) return known;
  const cut = path.lastIndexOf('/');
  const parent = makeDirs(core, dirs, path.slice(0, Math.max(cut, 0)));
  const made = core.createLink(parent, path.slice(cut + 1), true, 0o755);
  dirs.set(path, made);
  return made;
}

function tidy(path: string): string {
  const steps = path.split('/').filter((step) => step !== '' && step !== '.');
  if (steps.includes('..')) throw new Error(`${path}: a tar entry must not lead out of the archive`);
  return steps.join('/');
}
