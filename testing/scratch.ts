// Scratch directories of the host. `node:fs` is looked up at run time, so that the kit loads in browsers.
import { nodeFs } from '../vfs/backends/hostdir/node/node.ts';

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
  return { root, outside, remove: () => fs.rmSync(top, { recursive: true, force: true }) };
}
