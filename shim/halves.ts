import { LONG_CALLS, type LongCalls } from './halves.gen.ts';

/** A function that gets each i64 as its lower and its upper half, both signed 32-bit numbers. */
type Halved = (...args: number[]) => number;
type Bytes = readonly (number | readonly number[])[];

/** A vector of the wasm binary format: the count in LEB128, then the items. */
function vector(items: Bytes): number[] {
  const { length } = items;
  return [...(length < 0x80 ? [length] : [(length & 0x7f) | 0x80, length >> 7]), ...items.flat()];
}

function section(id: number, items: Bytes): number[] {
  return [id, ...vector(vector(items))];
}

/** A function type: the parameters as `i` and `I`, and an i32 as the result. */
function functionType(parameters: string): number[] {
  return [0x60, ...vector(Array.from(parameters, (type) => (type === 'i' ? 0x7f : 0x7e))), 1, 0x7f];
}

/** Hands the parameters on to function `target`, an i64 by i32.wrap_i64 and by i64.shr_s 32, i32.wrap_i64. */
function body(parameters: string, target: number): number[] {
  const code = Array.from(parameters, (type, i) =>
    type === 'i' ? [0x20, i] : [0x20, i, 0xa7, 0x20, i, 0x42, 32, 0x87, 0xa7],
  );
  return vector([0, ...code.flat(), 0x10, target, 0x0b]);
}

/** The module: it imports function i of LONG_CALLS as `a` `A`+i, taking halves, and exports as `A`+i what calls it. */
function moduleBytes(): Uint8Array<ArrayBuffer> {
  const types = Object.values(LONG_CALLS);
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      1,
      types.flatMap((type) => [functionType(type), functionType(type.replaceAll('I', 'ii'))]),
    ),
    ...section(
      2,
      types.map((_, i) => [1, 0x61, 1, 0x41 + i, 0, 2 * i + 1]),
    ),
    ...section(
      3,
      types.map((_, i) => 2 * i),
    ),
    ...section(
      7,
      types.map((_, i) => [1, 0x41 + i, 0, types.length + i]),
    ),
    ...section(10, types.map(body)),
  ]);
}

let module: WebAssembly.Module | null = null;

/**
 * The functions with an i64 as the guest imports them, from those that take halves: through a wasm module of a few
 * hundred bytes, since wasm makes a BigInt of an i64 that goes to JavaScript.
 */
export function longCalls(calls: Record<keyof LongCalls, Halved>): LongCalls {
  module ??= new WebAssembly.Module(moduleBytes());
  const names = Object.keys(LONG_CALLS) as (keyof LongCalls)[];
  const letter = (i: number): string => String.fromCharCode(0x41 + i);
  const inner = Object.fromEntries(names.map((name, i) => [letter(i), calls[name]]));
  const { exports } = new WebAssembly.Instance(module, { a: inner });
  return Object.fromEntries(names.map((name, i) => [name, exports[letter(i)]])) as unknown as LongCalls;
}
