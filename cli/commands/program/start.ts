// Starts a program; reports a trap, and a module that cannot be started.
import type { WASIBase } from '../../../shim/wasi-base.ts';
import { tell } from '../../lib/output.ts';
import { joined, sentence, text, type Text } from '../../lib/text.ts';
import { whyUnfit } from './unfit.ts';

/** Exit status of a program that trapped: 128 + SIGABRT, as a shell reports abort(3). */
export const TRAPPED = 134;

/** Another way into a program than its `_start`. */
export interface EntryPoint {
  /** Imports besides those of WASI. */
  readonly imports: WebAssembly.Imports;
  /** Runs it to its end, closes `wasi`, and returns the exit status. */
  call(instance: WebAssembly.Instance): number;
}

/**
 * Runs a program to its end and returns its exit status. @throws Error with a sentence if it cannot be started.
 * @param entry Default: `_start`.
 */
export function start(wasi: WASIBase, module: WebAssembly.Module, program: string, entry?: EntryPoint): number {
  // Nothing of it runs if it has no _start, its wasm start function neither.
  const isFit = entry !== undefined || WebAssembly.Module.exports(module).some(({ name }) => name === '_start');
  const unfit = isFit ? undefined : whyUnfit(program, module);
  let instance;
  try {
    if (unfit !== undefined) throw new Error(unfit);
    instance = new WebAssembly.Instance(module, { ...wasi.getImportObject(), ...entry?.imports });
    return entry === undefined ? wasi.start(instance) : entry.call(instance);
  } catch (error) {
    wasi.close();
    // The program exited in its wasm start function, before _start.
    if (wasi.exitCode !== null) return wasi.exitCode;
    if (instance === undefined && isOutOfMemory(error)) {
      throw new Error(
        `${program} cannot be started: its memory cannot be allocated; raise the limit of this process (ulimit -v).`,
        { cause: error },
      );
    }
    const message = error instanceof Error ? error.message : String(error);
    if (!(error instanceof WebAssembly.RuntimeError || error instanceof RangeError)) {
      const why = message.replace(/^WebAssembly\.\w+\(\): /, '').replace(/\.$/, '');
      const mismatch = 'an import has another type than in WASI preview1; build it with a current toolchain';
      const reason = error instanceof WebAssembly.LinkError ? `${mismatch} (${why})` : why;
      throw new Error(whyUnfit(program, module) ?? `${program} cannot be started: ${reason}.`, { cause: error });
    }
    return tellTrap(program, error);
  }
}

/** Reports a trap; returns the exit status. */
export function tellTrap(program: string, error: Error): number {
  const stack = frames(error);
  // wasi-libc's _start calls this in place of a main that was not linked.
  const hasNoMain = /undefined_weak:(?:__)?main/.test(stack.toString());
  const what = hasNoMain ? `it has no main function (${error.message})` : error.message;
  tell(text`wasi9p: ${program} trapped: ${sentence(what)}\n${stack}`);
  return TRAPPED;
}

/** Maximum number of printed frames of a trap. Node keeps ten by default. */
export const FRAMES_MAX = 50;
/** Maximum length of a frame, in characters: a function's name may have megabytes. */
export const FRAME_MAX = 300;

/** True if the module's memory could not be allocated. (A stack overflow in the start function is a trap.) */
function isOutOfMemory(error: unknown): boolean {
  return error instanceof RangeError && /memory/i.test(error.message);
}

/** The wasm frames of a trap. Their names come from the program and are untrusted. */
function frames(error: Error): Text {
  const { message, stack = '' } = error;
  // The stack begins with the message.
  const lines = stack.slice(stack.startsWith(`${error.name}: ${message}`) ? error.name.length + message.length + 2 : 0);
  const theirs = lines.split(/\n(?= {4}at )/).filter((line) => line.includes('wasm'));
  return joined(theirs.slice(0, FRAMES_MAX).map(frameText));
}

function frameText(line: string): Text {
  // The function's name precedes the location, which must be kept.
  const where = /\(?wasm:\/\/[^\s()]*\)?$/.exec(line)?.[0] ?? '';
  const head = line.slice(0, line.length - where.length);
  const short = head.length > FRAME_MAX ? `${head.slice(0, FRAME_MAX)}… ` : head;
  return text`${sentence(short.trimEnd())} ${sentence(where.slice(0, FRAME_MAX))}\n`;
}
