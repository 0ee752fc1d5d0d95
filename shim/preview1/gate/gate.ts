// The gate: a trampoline before each WASI function. It splits i64 arguments, checks the stack, and traps after exit.
// The trampolines are wasm, or JavaScript where a page or a worker may not compile wasm.
import { PARAMETERS } from './parameters.gen.ts';

/** Functions by their WASI names. */
type Functions = Readonly<Record<string, (...args: never[]) => unknown>>;

/** The state of a guest: a global of its gate, or an object like one. */
export interface GateState {
  value: number;
}

/** The values of a state. IDLE: the guest makes no call. */
export const IDLE = 0;
/** The guest is in a call, or an exception has left one; every further call traps. */
export const IN_CALL = 1;
/** The guest has exited; every further call traps. */
export const ENDED = 2;

/**
 * The stack that a call needs: two frames of TIMES × VALUES values of 8 bytes, 48 KB together (stack.test.ts). With one
 * large frame compilation takes three times as long; with four frames each call takes twice as long.
 */
const TIMES = 60;
const VALUES = 50;
/** Calls with effects: the gate checks the stack before each. */
const ROOMY = /path_[^f]|write|close|set_|alloc|ren/;
/**
 * Calls that may run code of the host: all but the getters of the guest's own state. A foreign Fd that runs code in
 * fd_tell sets the state itself. If an exception leaves one of them, every later call traps. Code of the host may call
 * the guest within GuestMemory.leave only.
 */
const GUARDED = /file|^(?!.*(_get|tell))/;
/**
 * Getters that programs call in a loop. They have no effects and take no i64, so they are exported as they were imported:
 * engines then call the JavaScript function without a trampoline. After exit they find every descriptor closed.
 */
const BARE = /tell|fdstat_get/;
/**
 * A number below 16,384 in LEB128, always in two bytes. The module is built as a string with a character for each byte,
 * which is the fastest way in JavaScript that is not compiled yet.
 */
function leb(value: number): string {
  return String.fromCharCode((value & 0x7f) | 0x80, value >> 7);
}

/** A length in bytes, then the bytes: a name, a vector of value types, or a body. */
function sized(bytes: string): string {
  return leb(bytes.length) + bytes;
}

/** A section of the wasm binary format: its id, and a vector of `count` items. */
function section(id: number, count: number, items: string): string {
  return String.fromCharCode(id) + sized(leb(count) + items);
}

const I64 = '\x7e';
/** Instructions, each with the immediates that are constant in this module. */
const TRAP_IF = '\x04\x40\0\x0b';
const END = '\x0b';
const CALL = '\x10';
const CALL_INDIRECT = '\x11';
const LOCAL_GET = '\x20';
const GET_STATE = '\x23\0';
const SET_STATE = '\x24\0';
const I32_CONST = '\x41';
/** i32.ctz of the state: 0 for IN_CALL, 1 for ENDED. */
const IS_ENDED = '\x68';
const LOWER_HALF = '\xa7';
const UPPER_HALF = '\x42\x20\x87\xa7';
const IF = '\x04\x40';

/**
 * The module: it imports each function from `a` and exports a trampoline that calls it. The guest's state is the
 * exported global `0`: engines need two more loads for an imported one. An i64 is passed on as its lower and its upper
 * half.
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
    exports += `${sized(name)}\0${leb(BARE.test(name) ? i : count + i)}`;
    let call = text.replace(/./g, (type, k: number) => {
      const get = LOCAL_GET + leb(k);
      return type === I64 ? get + LOWER_HALF + get + UPPER_HALF : get;
    });
    call += CALL + leb(i);
    if (GUARDED.test(name)) {
      call = `${I32_CONST}\x01${SET_STATE + call + GET_STATE + IS_ENDED + TRAP_IF + I32_CONST}\0${SET_STATE}`;
      if (ROOMY.test(name)) call = `${I32_CONST}\x01${CALL + room + call}`;
    }
    bodies += sized(`\0${GET_STATE + TRAP_IF + call + END}`);
  });
  // Engines check on entry that the stack has room for the frame. The frame is this large because all the values would
  // be live if the state were not 0. That branch is never taken: it would call a function that does not exist. A body
  // of more than 500 bytes is never inlined.
  const called = (type: number): string => `${I32_CONST}\0${CALL_INDIRECT}${leb(2 * count + type)}\0`.repeat(TIMES);
  const values = sized(I64.repeat(VALUES));
  const again = `${LOCAL_GET}\0${IF + I32_CONST}\0${CALL + room + END}`;
  return [
    '\0asm\x01\0\0\0',
    section(1, 2 * count + 3, `${types}\x60\x01\x7f\0\x60\0${values}\x60${values}\0`),
    section(2, count, imports),
    section(3, count + 1, functions + room),
    section(4, 1, '\x70\0\x01'),
    section(6, 1, `\x7f\x01${I32_CONST}\0${END}`),
    section(7, count + 1, exports + '\x010\x03\0'),
    section(10, count + 1, bodies + sized(`\0${GET_STATE + IF + called(1) + called(2) + END + again + END}`)),
  ].join('');
}

/** Compiled once, for all guests. */
let module: WebAssembly.Module | undefined;

function compile(text: string): WebAssembly.Module {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return new WebAssembly.Module(bytes);
}

function overflow(): never {
  throw overflow();
}

/** Throws what wasm does not catch: of the exceptions that JavaScript can cause, V8 excepts a stack overflow alone. */
function trap(): never {
  try {
    overflow();
  } catch (thrown) {
    throw Object.setPrototypeOf(thrown, WebAssembly.RuntimeError.prototype);
  }
}

/**
 * The exports of the module as JavaScript functions. The engine links them with any type; they convert each argument to
 * its own type, or throw a TypeError.
 */
function plainExports(names: readonly string[], calls: Functions): Record<string, unknown> {
  const state = { value: IDLE };
  // Passed as arguments it is as large as the two frames above, for which engines check the stack, too.
  const room = Array(2 * TIMES * VALUES) as [];
  const functions: Record<string, unknown> = { 0: state };
  PARAMETERS.split(',').forEach((text, i) => {
    const name = names[i]!;
    functions[name] = (...values: never[]) => {
      if (state.value && !BARE.test(name)) trap();
      if (ROOMY.test(name)) Boolean.apply(null, room);
      // The others leave the state as it is: an ended guest must not go on if one of them throws.
      const isGuarded = GUARDED.test(name);
      if (isGuarded) state.value = IN_CALL;
      const result = calls[name]!(
        ...([...text].flatMap((type, k) =>
          type === I64 ? [...new Int32Array(new BigInt64Array([values[k]!]).buffer)] : values[k]! | 0,
        ) as never[]),
      );
      if (isGuarded) {
        if (state.value > IN_CALL) trap();
        state.value = IDLE;
      }
      return result;
    };
  });
  return functions;
}

/**
 * Returns the functions for the import object of a guest. They are wasm functions, so that the engine compares their
 * types at link time. All but the BARE ones trap after the exit of the guest, and after a call that an exception has
 * left; a guest cannot catch a trap. A call with effects starts only with enough stack; otherwise the engine
 * throws a RangeError,
 * which the guest cannot catch either. Where compiling is forbidden they are JavaScript functions.
 * @param calls All 46 functions by their WASI names. They take an i64 as two numbers, the lower half first.
 * @param memory Its `state` is set to the global of the guest: IDLE, IN_CALL or ENDED.
 */
export function gate(calls: Functions, memory: { state: GateState }): Functions {
  const names = Object.keys(calls).sort();
  try {
    module ??= compile(moduleText(names));
  } catch {
    // The embedder forbids it.
  }
  const { 0: state, ...functions } = module
    ? new WebAssembly.Instance(module, { a: calls as never }).exports
    : plainExports(names, calls);
  memory.state = state as GateState;
  return functions as never;
}
