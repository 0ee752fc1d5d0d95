// Reads the sections of a module: the types of its exported functions, and the limits of its memories.
import {
  HAS_MAX,
  HAS_PAGE_SIZE,
  IS_64,
  KIND,
  WasmReader,
  SECTION,
  importsOf,
  readerOf,
  sectionOf,
} from '../../../vfs/lib/wasm-reader.ts';

const FUNCTION_TYPE = 0x60;
/** The usual size of a page, as a power of two. */
const PAGE_LOG2 = 16;

/** The type of a function: each number is a value type of the binary format. */
export interface FunctionType {
  readonly params: readonly number[];
  readonly results: readonly number[];
}

/** Value types: i32, i64, f32, f64. */
export const VALUE = { I32: 0x7f, I64: 0x7e, F32: 0x7d, F64: 0x7c } as const;

/** Returns the type of an exported function; undefined if there is none, or if a type before it is not a function's. */
export function typeOfExport(bytes: Uint8Array, name: string): FunctionType | undefined {
  const index = exportIndex(bytes, name);
  const imported = importedTypes(bytes);
  const type = index === undefined ? undefined : (imported[index] ?? definedType(bytes, index - imported.length));
  return type === undefined ? undefined : typeAt(bytes, type);
}

function exportIndex(bytes: Uint8Array, name: string): number | undefined {
  const reader = readerOf(bytes, SECTION.EXPORT);
  for (let count = reader?.number() ?? 0; count > 0; count--) {
    const found = reader!.text();
    const kind = reader!.byte();
    const index = reader!.number();
    if (found === name && kind === KIND.FUNCTION) return index;
  }
  return undefined;
}

/** The indices of the types of the imported functions. */
function importedTypes(bytes: Uint8Array): number[] {
  const functions = importsOf(bytes).filter(({ kind }) => kind === KIND.FUNCTION);
  return functions.map(({ type }) => type);
}

function definedType(bytes: Uint8Array, index: number): number | undefined {
  const reader = readerOf(bytes, SECTION.FUNCTION);
  const count = reader?.number() ?? 0;
  if (index >= count) return undefined;
  for (let i = 0; i < index; i++) reader!.number();
  return reader!.number();
}

function typeAt(bytes: Uint8Array, index: number): FunctionType | undefined {
  const reader = readerOf(bytes, SECTION.TYPE);
  if (reader === undefined) return undefined;
  const list = (): number[] => Array.from({ length: reader.number() }, () => reader.byte());
  reader.number();
  for (let i = 0; ; i++) {
    if (reader.byte() !== FUNCTION_TYPE) return undefined;
    const type = { params: list(), results: list() };
    if (i === index) return type;
  }
}

/**
 * Returns the module with a limit on the growth of its own memories.
 * @param max Bytes.
 * @returns null if a memory is larger from the start.
 */
export function withMemoryLimit(bytes: Uint8Array<ArrayBuffer>, max: number): Uint8Array<ArrayBuffer> | null {
  const section = sectionOf(bytes, SECTION.MEMORY);
  if (section === undefined) return bytes;
  const reader = new WasmReader(bytes, section.start);
  const count = reader.number();
  const content = leb(count);
  for (let i = 0; i < count; i++) {
    const flags = reader.byte();
    const least = reader.number();
    const most = (flags & HAS_MAX) !== 0 ? reader.number() : Infinity;
    const pageLog2 = (flags & HAS_PAGE_SIZE) !== 0 ? reader.number() : PAGE_LOG2;
    const pages = Math.floor(max / 2 ** pageLog2);
    if (least > pages) return null;
    // Of a memory with 32 bits, a maximum of more than 2^32 bytes is invalid.
    const limit = Math.min(most, pages, (flags & IS_64) !== 0 ? Infinity : 2 ** (32 - pageLog2));
    content.push(flags | HAS_MAX, ...leb(least), ...leb(limit));
    if ((flags & HAS_PAGE_SIZE) !== 0) content.push(...leb(pageLog2));
  }
  // The id and the old size are before the content.
  let start = section.start - 1;
  while (bytes[start - 1]! >= 128) start--;
  const parts = [bytes.subarray(0, start), leb(content.length), content, bytes.subarray(section.end)];
  const result = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

function leb(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...leb(Math.floor(value / 128))];
}
