// Reads the sections of a module that an engine has accepted, and the limits of the memories that it imports.

/** The numbers of sections (WebAssembly core specification, binary format). */
export const SECTION = { TYPE: 1, IMPORT: 2, FUNCTION: 3, MEMORY: 5, EXPORT: 7 } as const;
/** The kinds of imports and exports. */
export const KIND = { FUNCTION: 0, TABLE: 1, MEMORY: 2, GLOBAL: 3, TAG: 4 } as const;
/** The bytes before the first section. */
const HEADER = 8;
/** Flags of limits: a maximum follows; other threads share it; the numbers have 64 bits; the size of a page follows. */
export const HAS_MAX = 1;
const IS_SHARED = 2;
export const IS_64 = 4;
export const HAS_PAGE_SIZE = 8;
/** References with a heap type behind them: `(ref ht)` and `(ref null ht)`. */
const REFERENCE = [0x63, 0x64];

/** The limits of a memory, in pages. */
export interface MemoryLimits {
  readonly initial: number;
  /** Infinity: none. */
  readonly maximum: number;
  readonly isShared: boolean;
  /** True if pointers have 64 bits. */
  readonly is64: boolean;
}

/** An import, and what follows its name. */
export interface ModuleImport {
  readonly module: string;
  readonly name: string;
  readonly kind: number;
  /** The index of the type of a function or tag; otherwise 0. */
  readonly type: number;
  /** The limits of a memory; otherwise null. */
  readonly limits: MemoryLimits | null;
}

/** A reader of numbers at a place in a module. Reading beyond the end yields zeros. */
export class WasmReader {
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

  /** The limits of a memory or table. */
  limits(): MemoryLimits {
    const flags = this.byte();
    const initial = this.number();
    const maximum = (flags & HAS_MAX) !== 0 ? this.number() : Infinity;
    if ((flags & HAS_PAGE_SIZE) !== 0) this.number();
    return { initial, maximum, isShared: (flags & IS_SHARED) !== 0, is64: (flags & IS_64) !== 0 };
  }

  /** Passes a value type. */
  valueType(): void {
    if (REFERENCE.includes(this.byte())) this.number();
  }

  /** An import. */
  import(): ModuleImport {
    const module = this.text();
    const name = this.text();
    const kind = this.byte();
    let type = 0;
    let limits: MemoryLimits | null = null;
    if (kind === KIND.FUNCTION) type = this.number();
    else if (kind === KIND.MEMORY) limits = this.limits();
    else if (kind === KIND.TAG) {
      this.byte();
      type = this.number();
    } else {
      this.valueType();
      if (kind === KIND.TABLE) this.limits();
      else this.byte();
    }
    return { module, name, kind, type, limits };
  }
}

/** Returns the content of a section; undefined if the module has none. */
export function sectionOf(bytes: Uint8Array, id: number): { readonly start: number; readonly end: number } | undefined {
  const reader = new WasmReader(bytes, HEADER);
  while (reader.at < bytes.length) {
    const found = reader.byte();
    const size = reader.number();
    if (found === id) return { start: reader.at, end: reader.at + size };
    reader.at += size;
  }
  return undefined;
}

/** Returns a reader at the beginning of a section; undefined if the module has none. */
export function readerOf(bytes: Uint8Array, id: number): WasmReader | undefined {
  const section = sectionOf(bytes, id);
  return section && new WasmReader(bytes, section.start);
}

/** Returns the imports of a module. */
export function importsOf(bytes: Uint8Array): ModuleImport[] {
  const reader = readerOf(bytes, SECTION.IMPORT);
  return Array.from({ length: reader?.number() ?? 0 }, () => reader!.import());
}
