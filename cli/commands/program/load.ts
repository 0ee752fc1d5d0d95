// Reads and compiles the program of `run`.
import { existsSync, readFileSync } from 'node:fs';
import { hostPath } from '../../lib/lossy.ts';
import { reasonOf } from '../../lib/reason.ts';
import { didYouMean, nearestPath } from '../../lib/suggest.ts';

/** `#!` at the start of a file. */
const SHEBANG = [0x23, 0x21];
const LINE_FEED = 0x0a;

/** Changes the bytes of a module before they are compiled. */
export type Prepare = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;

/**
 * Reads and compiles a module. @throws Error with a sentence if the file is not a module that can be run.
 * @param file A path, or `-` for stdin.
 */
export async function load(file: string, prepare?: Prepare): Promise<WebAssembly.Module> {
  const bytes = withoutShebang(file === '-' ? (await import('./stdin.ts')).readStdin() : await read(file));
  const prepared = prepare?.(bytes) ?? bytes;
  try {
    // Not slower than WebAssembly.compile for a large module, and faster for a small one.
    return new WebAssembly.Module(prepared);
  } catch (error) {
    // Loaded only for an error.
    const { describe } = await import('./describe.ts');
    throw new Error(describe(file, bytes, (error as Error).message), { cause: error });
  }
}

/** Returns the bytes after a line `#!…` at the start, by which the kernel has found this command. */
export function withoutShebang(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (SHEBANG.some((byte, at) => bytes[at] !== byte)) return bytes;
  const end = bytes.indexOf(LINE_FEED);
  // A script in another language stays as it is.
  return end > 0 && bytes[end + 1] === 0 ? bytes.subarray(end + 1) : bytes;
}

async function read(file: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return readFileSync(hostPath(file));
  } catch (error) {
    throw new Error(unreadable(file, error), { cause: error });
  }
}

function unreadable(file: string, error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT': {
      if (/^https?:\/\//.test(file)) return `${file} is a URL: download the program first.`;
      const near = nearestProgram(file);
      return `${file} does not exist${didYouMean(near, ': give the .wasm file of a program.')}`;
    }
    case 'EISDIR':
      return `${file} is a directory: give the .wasm file of a program.`;
    case 'EACCES':
      return `${file} cannot be read (permission denied): give a file that you may read.`;
    default:
      return `${file} cannot be read (${reasonOf(error)}): give the .wasm file of a program.`;
  }
}

/** Returns the existing file that was probably meant: the module of this name first, then another module, then any file. */
function nearestProgram(file: string): string | undefined {
  const own = file.replace(/(?<=[^/])\.\w+$/, '.wasm');
  if (own !== file && existsSync(hostPath(own))) return own;
  return nearestPath(file, ({ name }) => name.endsWith('.wasm')) ?? nearestPath(file, (entry) => !entry.isDirectory());
}
