// Reads the sections of a module: the types of its exported functions, and the limits of its memories.

/** The numbers of sections (WebAssembly core specification, binary format). */
const SECTION = { TYPE: 1, IMPORT: 2, FUNCTION: 3, MEMORY: 5, EXPORT: 7 } as const;
/** The bytes before the first section. */
const HEADER = 8;
const FUNCTION_TYPE = 0x60;
/** Flags of limits: a maximum follows; the numbers have 64 bits; the size of a page follows. */
const HAS_MAX = 1;
const IS_64 = 4;
const HAS_PAGE_SIZE = 8;
/** The usual size of a page, as a power of two. */
const PAGE_LOG2 = 16;

/** A reader of numbers at a place in a module. Reading beyond the end yields zeros. */
class Reader {
  at: number;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  byte(): number {
    return this.bytes[this.at++] ?? 0;
  }

  /** An unsigned LEB128 number. Beyond 2^53 it is rounded. */
  number(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  text(): string {
    const length = this.number();
    this.at += length;
    return new TextDecoder().decode(this.bytes.subarray(this.at - length, this.at));
  }

  /** Passes the limits of a memory or table. */
  limits(): void {
    const flags = this.byte();
    this.number();
    if ((flags & HAS_MAX) !== 0) this.number();
    if ((flags & HAS_PAGE_SIZE) !== 0) this.number();
  }
}

/** Returns the content of a section; undefined if the module has none. */
function sectionOf(bytes: Uint8Array, id: number): { readonly start: number; readonly end: number } | undefined {
  const reader = new Reader(bytes, HEADER);
  while (reader.at < bytes.length) {
    const found = reader.byte();
    const size = reader.number();
    if (found === id) return { start: reader.at, end: reader.at + size };
    reader.at += size;
  }
  return undefined;
}

function readerOf(bytes: Uint8Array, id: number): Reader | undefined {
  const section = sectionOf(bytes, id);
  return section && new Reader(bytes, section.start);
}

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
    if (found === name && kind === 0) return index;
  }
  return undefined;
}

/** The indices of the types of the imported functions. */
function importedTypes(bytes: Uint8Array): number[] {
  const types: number[] = [];
  const reader = readerOf(bytes, SECTION.IMPORT);
  for (let count = reader?.number() ?? 0; count > 0; count--) {
    reader!.text();
    reader!.text();
    const kind = reader!.byte();
    if (kind === 0) types.push(reader!.number());
    else if (kind === 1 || kind === 3) reader!.byte();
    if (kind === 1 || kind === 2) reader!.limits();
    else if (kind === 3) reader!.byte();
    else if (kind === 4) {
      reader!.byte();
      reader!.number();
    }
  }
  return types;
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
  const reader = new Reader(bytes, section.start);
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
