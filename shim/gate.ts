import { LONG_CALLS } from './halves.gen.ts';

/** Functions by their WASI names. */
type Functions = Readonly<Record<string, (...args: never[]) => unknown>>;
type Bytes = readonly (number | readonly number[])[];

/** What a guest is doing, as its gate knows it (GuestMemory.state). */
export const OUTSIDE = 0;
/** In a call: or it left one by an exception, after which it makes no other one. */
export const INSIDE = 1;
export const ENDED = 2;

/** The stack that there must be for a call: so many frames of so many values of 8 bytes, 48 KiB (stack.test.ts). */
const FRAMES = 3;
const ROOM = 2048;
/** Calls that go to a file system or move data: each is the last one if an exception leaves it. */
const GUARDED = /path_|read|write|close|set_|alloc|ren|file/;
/** Those of them that change something: each is begun with room. */
const ROOMY = /path_[^f]|write|close|set_|alloc|ren/;

/** A number in LEB128. */
function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >> 7)];
}

/** A vector of the wasm binary format: the count, then the items. */
function vector(items: Bytes): number[] {
  return leb(items.length).concat(...items);
}

function section(id: number, items: Bytes): number[] {
  return [id, ...vector(vector(items))];
}

const TRAP_IF = [0x04, 0x40, 0x00, 0x0b];
const STATE = [0x23, 0];

/**
 * The module: it imports each function from `a`, exports what calls it, and imports a guest's state as `0`.
 * With `halved` an i64 goes on as its lower and its upper half, by i32.wrap_i64 and by i64.shr_s 32, i32.wrap_i64.
 */
function moduleBytes(halved: boolean): Uint8Array<ArrayBuffer> {
  const count = names.length;
  const type = (text: string, i: number): number[] => [
    0x60,
    ...vector(Array.from(text, (letter) => (letter === 'i' ? 0x7f : 0x7e))),
    ...(names[i] === 'proc_exit' ? [0] : [1, 0x7f]),
  ];
  const body = (text: string, i: number): number[] => {
    const args = Array.from(text, (letter, k) =>
      letter === 'i' || !halved ? [0x20, k] : [0x20, k, 0xa7, 0x20, k, 0x42, 32, 0x87, 0xa7],
    ).flat();
    const guarded = halved && GUARDED.test(names[i]!);
    return vector([
      0,
      ...[...STATE, ...TRAP_IF],
      ...(guarded && ROOMY.test(names[i]!) ? [0x41, FRAMES, 0x10, 2 * count] : []),
      ...(guarded ? [0x41, INSIDE, 0x24, 0] : []),
      ...[...args, 0x10, i],
      ...(guarded ? [...STATE, 0x41, INSIDE, 0x47, ...TRAP_IF, 0x41, OUTSIDE, 0x24, 0] : [...STATE, ...TRAP_IF]),
      0x0b,
    ]);
  };
  // What it does if the state is −1, which it never is, makes its frame so large. An engine looks if there is room for it.
  const yields = names.indexOf('sched_yield');
  const room = [
    ...[0, ...STATE, 0x41, 0x7f, 0x46, 0x04, 0x40],
    ...Array.from({ length: ROOM }, () => [0x10, yields, 0xac]).flat(),
    ...[0x10, yields, 0x1a],
    ...Array.from({ length: ROOM - 1 }, () => 0x85),
    ...[0xa7, 0x24, 0, 0x0b],
    ...[0x20, 0, 0x04, 0x40, 0x20, 0, 0x41, 1, 0x6b, 0x10, 2 * count, 0x0b, 0x0b],
  ];
  const text = names.map((name) => vector([...new TextEncoder().encode(name)]));
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [
      ...parameters.flatMap((text, i) => [type(text, i), type(halved ? text.replaceAll('I', 'ii') : text, i)]),
      [0x60, 1, 0x7f, 0],
    ]),
    ...section(2, [...text.map((name, i) => [1, 0x61, ...name, 0, 2 * i + 1]), [1, 0x61, 1, 0x30, 3, 0x7f, 1]]),
    ...section(3, [...names.map((_, i) => 2 * i), 2 * count]),
    ...section(
      7,
      text.map((name, i) => [...name, 0, count + i]),
    ),
    ...section(10, [...parameters.map(body), vector(room)]),
  ]);
}

const modules: WebAssembly.Module[] = [];
/** The functions and their parameters, which are those of every guest. */
let names: string[] = [];
let parameters: string[] = [];

/**
 * The functions as a guest imports them: wasm functions, so that linking compares their types. They trap, which no
 * guest can catch, once it has ended, and after a call that an exception has left. A call that changes something is
 * only begun with stack to spare: else the engine throws its RangeError, which no guest can catch either.
 * @param halved Whether `calls` take each i64 as two numbers. Those that do not are around others that have passed here.
 */
export function gate(calls: Functions, state: WebAssembly.Global, halved: boolean): Functions {
  if (halved && names.length === 0) {
    names = Object.keys(calls).sort();
    parameters = LONG_CALLS.split(',').map((text, i) => text || 'i'.repeat(calls[names[i]!]!.length));
  }
  const module = (modules[+halved] ??= new WebAssembly.Module(moduleBytes(halved)));
  return { ...new WebAssembly.Instance(module, { a: { ...calls, 0: state } }).exports } as never;
}
