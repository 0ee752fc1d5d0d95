// The gate: a wasm trampoline before each WASI function. It splits i64 arguments, checks the stack, and traps after
// exit.
import { PARAMETERS } from './parameters.gen.ts';

/** Functions by their WASI names. */
type Functions = Readonly<Record<string, (...args: never[]) => unknown>>;

/** What a guest is doing, as its gate knows it (GuestMemory.state). */
export const OUTSIDE = 0;
/** In a call: or it left one by an exception, after which it makes no other one. */
export const INSIDE = 1;
export const ENDED = 2;

/**
 * The stack that there must be for a call: two frames of so many times so many values of 8 bytes, 48 KB (stack.test.ts).
 * One large frame takes an engine three times as long to compile; four take twice as long in each call.
 */
const TIMES = 60;
const VALUES = 50;
/** Calls that change something: each is begun with room. */
const ROOMY = /path_[^f]|write|close|set_|alloc|ren/;
/**
 * These and all others but those that only get what is known here may run code of the host. Each is the last one if an
 * exception leaves it, and that code may only make calls of the guest where it says so (GuestMemory.leave).
 */
const GUARDED = /file|^(?!.*_get)/;
/**
 * A number below 16,384 in LEB128, always in two bytes. The module is a text with a character for each byte: JavaScript that
 * has not run yet makes that soonest.
 */
function leb(value: number): string {
  return String.fromCharCode((value & 0x7f) | 0x80, value >> 7);
}

/** Bytes after their number: also a name, and a vector of value types. */
function sized(bytes: string): string {
  return leb(bytes.length) + bytes;
}

/** A section of the wasm binary format: its number, and a vector of so many items. */
function section(id: number, count: number, items: string): string {
  return String.fromCharCode(id) + sized(leb(count) + items);
}

const I64 = '\x7e';
/** Instructions, each with what it always has here. */
const TRAP_IF = '\x04\x40\0\x0b';
const END = '\x0b';
const CALL = '\x10';
const CALL_INDIRECT = '\x11';
const LOCAL_GET = '\x20';
const GET_STATE = '\x23\0';
const SET_STATE = '\x24\0';
const I32_CONST = '\x41';
/** i32.ctz of a state: 0 of INSIDE, 1 of ENDED. */
const IS_ENDED = '\x68';
const LOWER_HALF = '\xa7';
const UPPER_HALF = '\x42\x20\x87\xa7';
const IF = '\x04\x40';

/**
 * The module: it imports each function from `a`, exports what calls it, and imports a guest's state as `0`. An i64 goes
 * on as its lower and its upper half.
 */
function moduleText(names: readonly string[]): string {
  const count = names.length;
  const room = leb(2 * count);
  let types = '';
  let imports = '';
  let functions = '';
  let exports = '';
  let bodies = '';
  PARAMETERS.split(',').forEach((text, i) => {
    const name = names[i]!;
    const results = name === 'proc_exit' ? '\0' : '\x01\x7f';
    types += `\x60${sized(text)}${results}\x60${sized(text.replaceAll(I64, '\x7f\x7f'))}${results}`;
    imports += `\x01a${sized(name)}\0${leb(2 * i + 1)}`;
    functions += leb(2 * i);
    exports += `${sized(name)}\0${leb(count + i)}`;
    let call = text.replace(/./g, (type, k: number) => {
      const get = LOCAL_GET + leb(k);
      return type === I64 ? get + LOWER_HALF + get + UPPER_HALF : get;
    });
    call += CALL + leb(i);
    const isRoomy = ROOMY.test(name);
    if (isRoomy || GUARDED.test(name)) {
      call = `${I32_CONST}\x01${SET_STATE + call + GET_STATE + IS_ENDED + TRAP_IF + I32_CONST}\0${SET_STATE}`;
      if (isRoomy) call = `${I32_CONST}\x01${CALL + room + call}`;
    }
    bodies += sized(`\0${GET_STATE + TRAP_IF + call + END}`);
  });
  // If the state were not 0, all the values would be there at once. That makes the frame so large, and an engine looks if
  // there is room for a frame. No function that gives or takes them exists, and over 500 bytes are never inlined.
  const called = (type: number): string => `${I32_CONST}\0${CALL_INDIRECT}${leb(2 * count + type)}\0`.repeat(TIMES);
  const values = sized(I64.repeat(VALUES));
  const again = `${LOCAL_GET}\0${IF + I32_CONST}\0${CALL + room + END}`;
  return [
    '\0asm\x01\0\0\0',
    section(1, 2 * count + 3, `${types}\x60\x01\x7f\0\x60\0${values}\x60${values}\0`),
    section(2, count + 1, imports + '\x01a\x010\x03\x7f\x01'),
    section(3, count + 1, functions + room),
    section(4, 1, '\x70\0\x01'),
    section(7, count, exports),
    section(10, count + 1, bodies + sized(`\0${GET_STATE + IF + called(1) + called(2) + END + again + END}`)),
  ].join('');
}

/** It is that of every guest. */
let module: WebAssembly.Module | undefined;

function compile(text: string): WebAssembly.Module {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return new WebAssembly.Module(bytes);
}

/**
 * The functions as a guest imports them: wasm functions, so that linking compares their types. They trap, which no
 * guest can catch, once it has ended, and after a call that an exception has left. A call that changes something is
 * only begun with stack to spare: else the engine throws its RangeError, which no guest can catch either.
 * @param calls Each takes an i64 as two numbers.
 */
export function gate(calls: Functions, state: WebAssembly.Global): Functions {
  module ??= compile(moduleText(Object.keys(calls).sort()));
  return { ...new WebAssembly.Instance(module, { a: { ...calls, 0: state } }).exports } as never;
}
