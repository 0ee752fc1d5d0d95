// The environment variables WASI9P_TRACE and WASI9P_OVERLAY.
import type * as NodeFs from 'node:fs';
import type * as NodePath from 'node:path';
import { CHANGE_LETTERS } from '../../vfs/backend/capabilities.ts';
import type { Backend } from '../../vfs/backend/backend.ts';
import { hostDir } from '../../vfs/backends/hostdir/index.ts';
import { overlay, type OverlayBackend } from '../../vfs/backends/overlay/index.ts';
import { quoteIfNeeded } from '../../vfs/lib/quote.ts';
import { strace } from '../../shim/trace/strace.ts';
import type { Tracer } from '../../shim/index.ts';
import { say } from '../../toolchain/sink.ts';

const fs = () => process.getBuiltinModule('node:fs') as typeof NodeFs;

/** The value of a variable; '' and 0 are as if it were not set. */
function variable(name: string): string {
  const value = process.env[name] ?? '';
  return value === '0' ? '' : value;
}

/** The descriptors of the traces by the names of the files. */
const traces = new Map<string, number>();

/**
 * The tracer that WASI9P_TRACE asks for: with 1 it writes to stderr, otherwise to the end of the file of that name, to
 * which all processes and threads may write.
 * @throws Error if the file cannot be opened.
 */
export function tracerOf(): Tracer | undefined {
  const value = variable('WASI9P_TRACE');
  if (value === '') return undefined;
  let fd = value === '1' ? 2 : traces.get(value);
  if (fd === undefined) traces.set(value, (fd = openTrace(value)));
  const sink = fd;
  return strace((line) => say(sink, `${line}\n`));
}

function openTrace(file: string): number {
  try {
    return fs().openSync(file, 'a');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new Error(
      `WASI9P_TRACE=${quoteIfNeeded(file)} cannot be written (${code}): give 1 for stderr, or a file that can be written.`,
      { cause },
    );
  }
}

/** The overlays of this thread by the real paths of their directories: all guests see one another's changes. */
const overlays = new Map<string, OverlayBackend>();

/**
 * The store of a preopen, which the guest owns, or, if WASI9P_OVERLAY asks for it, an overlay of it, which lasts as long
 * as the thread.
 * @throws Error if WASI9P_OVERLAY has another value; the error of node:fs if the directory cannot be opened.
 */
export function storeOf(path: string): { store: Backend; owned: boolean } {
  const value = variable('WASI9P_OVERLAY');
  if (value === '') return { store: hostDir(path), owned: true };
  if (value !== '1' && value !== 'report') {
    throw new Error(
      `WASI9P_OVERLAY=${quoteIfNeeded(value)} is unknown: give 1 to keep the changes in memory, or report to list them at the end, too.`,
    );
  }
  const real = fs().realpathSync(path);
  let found = overlays.get(real);
  if (found === undefined) {
    found = overlay({ lower: hostDir(real) });
    if (value === 'report' && overlays.size === 0) process.once('exit', report);
    overlays.set(real, found);
  }
  return { store: found, owned: false };
}

/** Prints the changes of all overlays to stderr, a path of the host a line: A added, M modified, D removed. */
function report(): void {
  const { join } = process.getBuiltinModule('node:path') as typeof NodePath;
  const lines: string[] = [];
  for (const [real, { changes }] of overlays) {
    for (const { path, change, kind } of changes.diff()) {
      const name = join(real, path) + (kind === 'directory' ? '/' : '');
      lines.push(`${CHANGE_LETTERS[change]} ${quoteIfNeeded(name)}\n`);
    }
  }
  say(2, lines.join(''));
}
