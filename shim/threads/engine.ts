// A fault of an engine that programs with threads meet, and the way around it.
import { hostProcess } from '../host/host.ts';

/**
 * `(func (export "f") (param i32) (result i32) (local i32) …)`: keeps its argument in a local variable, waits at a word of a
 * shared memory that has another value than it waits for, and returns the variable.
 */
export const KEEPS_LOCAL: readonly number[] = [
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 6, 1, 0x60, 1, 0x7f, 1, 0x7f, 3, 2, 1, 0, 5, 4, 1, 3, 1, 1],
  ...[7, 5, 1, 1, 0x66, 0, 0, 10, 23, 1, 21, 1, 1, 0x7f, 0x20, 0, 0x21, 1],
  ...[0x41, 0, 0x41, 1, 0x42, 0, 0xfe, 1, 2, 0, 0x1a, 0x20, 1, 0x0b],
];

let isChecked = false;

/**
 * Turns V8's baseline compiler off, for all functions of WebAssembly that this process compiles from now on, if it loses the
 * local variables of a function at memory.atomic.wait32: that of Node 20 does. To be called before a function of the
 * program is compiled, which is when it is called first.
 */
export function keepLocals(): void {
  if (isChecked) return;
  isChecked = true;
  const v8 = hostProcess()?.getBuiltinModule?.('node:v8') as { setFlagsFromString?(flags: string): void } | undefined;
  // The main thread of a browser may not wait; browsers with such a V8 are long gone.
  if (v8?.setFlagsFromString === undefined) return;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(KEEPS_LOCAL)));
  if ((exports['f'] as (value: number) => number)(1) !== 1) v8.setFlagsFromString('--no-liftoff');
}
