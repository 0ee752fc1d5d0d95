// Small WebAssembly modules for tests of the command line.

type Bytes = readonly number[];

function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)];
}

/** A text, or bytes, after their length. */
export function sized(content: string | Bytes): number[] {
  const bytes = typeof content === 'string' ? [...Buffer.from(content)] : content;
  return [...leb(bytes.length), ...bytes];
}

export function section(id: number, ...items: Bytes[]): number[] {
  return [id, ...sized([...leb(items.length), ...items.flat()])];
}

export function customSection(name: string): number[] {
  return [0, ...sized(sized(name))];
}

/** A core module of these sections. */
export function wasm(...sections: Bytes[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flat()]);
}

const [I32, FUNCTION, MEMORY] = [0x7f, 0, 2];
/** The types of the modules below: (i32, i32) → i32, (i32) → (), () → (). */
const TYPES = section(1, [0x60, 2, I32, I32, 1, I32], [0x60, 1, I32, 0], [0x60, 0, 0]);

/** The import of a function of one of the types. */
function imported(module: string, name: string, type: number): number[] {
  return [...sized(module), ...sized(name), FUNCTION, type];
}

interface Shape {
  /** Imported functions, each () → (), as `module.name`. */
  readonly imports?: readonly string[];
  /** Exported names: `memory`, and functions. */
  readonly exports?: readonly string[];
  /** The code of the function. */
  readonly code?: Bytes;
  readonly custom?: string;
}

/** A module with imports and exports; its function does nothing. */
export function moduleWith({ imports = [], exports = ['memory', '_start'], code = [], custom }: Shape) {
  const split = imports.map((name) => name.split(/\.(?=[^.]*$)/) as [string, string]);
  return wasm(
    TYPES,
    section(2, ...split.map(([module, name]) => imported(module, name, 2))),
    section(3, [2]),
    section(5, [0, 1]),
    section(
      7,
      ...exports.map((name) => [...sized(name), ...(name === 'memory' ? [MEMORY, 0] : [FUNCTION, imports.length])]),
    ),
    section(10, sized([0, ...code, 0x0b])),
    custom === undefined ? [] : customSection(custom),
  );
}

const PREVIEW1 = 'wasi_snapshot_preview1';

/** A program that exits with the number of its arguments, its name included. */
export const COUNTING = wasm(
  TYPES,
  section(2, imported(PREVIEW1, 'args_sizes_get', 0), imported(PREVIEW1, 'proc_exit', 1)),
  section(3, [2]),
  section(5, [0, 1]),
  section(7, [...sized('memory'), MEMORY, 0], [...sized('_start'), FUNCTION, 2]),
  // args_sizes_get(0, 4); proc_exit(*0)
  section(10, sized([0, 0x41, 0, 0x41, 4, 0x10, 0, 0x1a, 0x41, 0, 0x28, 2, 0, 0x10, 1, 0x0b])),
);

/** loop br 0 end */
export const SPINNING = moduleWith({ code: [0x03, 0x40, 0x0c, 0, 0x0b] });
