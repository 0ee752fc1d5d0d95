// Scratch directories of the host. `node:fs` is looked up at run time, so that the kit loads in browsers.
import { nodeFs, type Fs } from '../vfs/backends/hostdir/node/node.ts';

/** A directory to export, and one beside it that must stay out of reach. */
export interface Scratch {
  readonly root: string;
  readonly outside: string;
  /** Removes both. */
  remove(): void;
}

/** The directory for temporary files, as os.tmpdir() returns it. */
function tmpdir(): string {
  return process.getBuiltinModule('node:os').tmpdir();
}

/** Creates scratch directories below `base`, the directory for temporary files by default. */
export function scratch(base = tmpdir()): Scratch {
  const fs = nodeFs();
  const top = fs.mkdtempSync(`${fs.realpathSync(base)}/wasi9p-`);
  const root = `${top}/export`;
  const outside = `${top}/outside`;
  fs.mkdirSync(root);
  fs.mkdirSync(outside);
  return { root, outside, remove: () => removeTree(fs, top) };
}

/** Removes a tree, also of directories whose modes stop an ordinary user. */
function removeTree(fs: Fs, top: string): void {
  try {
    fs.rmSync(top, { recursive: true, force: true });
  } catch {
    openDirectories(fs, top);
    fs.rmSync(top, { recursive: true, force: true });
  }
}

/** Lets the owner into a directory and all directories below it. @internal */
export function openDirectories(fs: Pick<Fs, 'chmodSync' | 'readdirSync'>, dir: string): void {
  fs.chmodSync(dir, 0o700);
  for (const entry of fs.readdirSync(dir, { withFileTypes: true }))
    if (entry.isDirectory()) openDirectories(fs, `${dir}/${entry.name}`);
}
