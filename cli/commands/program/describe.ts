// Describes a file that is not a WebAssembly module for WASI preview1, and names the way to one.

/** A kind of file that is taken for a program. */
interface FileSignature {
  /** The bytes at its start, or at `at`. */
  readonly magic: readonly number[] | string;
  readonly at?: number;
  /** The kind of file, and the way out, for a sentence. */
  readonly what: string | ((file: string) => string);
}

const COMPILE = 'compile its source for wasm32-wasip1';
const ARCHIVE = (file: string): string =>
  `an archive: wasi9p ls ${file}: lists it, run --tar ${file}::/GUEST mounts it`;
const UNPACK = (kind: string): string => `${kind}: unpack it first`;

/** In this order: the first that fits. Magic numbers as in file(1). */
const KINDS: readonly FileSignature[] = [
  { magic: '\x7fELF', what: `a native program (ELF) or was precompiled for another runtime: ${COMPILE}` },
  { magic: 'MZ', what: `a native program for Windows: ${COMPILE}` },
  ...['\xfe\xed\xfa\xce', '\xfe\xed\xfa\xcf', '\xce\xfa\xed\xfe', '\xcf\xfa\xed\xfe', '\xca\xfe\xba\xbe'].map(
    (magic) => ({ magic, what: `a native program for macOS or a Java class: ${COMPILE}` }),
  ),
  { magic: '!<arch>\n', what: 'a static library: link it to a program (wasi9p cc MAIN.c LIBRARY.a -o PROGRAM.wasm)' },
  { magic: 'BC\xc0\xde', what: 'LLVM bitcode: link it to a program (wasi9p cc FILE -o PROGRAM.wasm)' },
  { magic: 'ustar', at: 257, what: ARCHIVE },
  { magic: '\x1f\x8b', what: (file) => (/\.(tgz|tar\.gz)$/.test(file) ? ARCHIVE(file) : UNPACK('compressed by gzip')) },
  { magic: 'PK\x03\x04', what: UNPACK('a zip archive') },
  { magic: '\x28\xb5\x2f\xfd', what: UNPACK('compressed by zstd') },
  { magic: '\xfd7zXZ\0', what: UNPACK('compressed by xz') },
  { magic: 'BZh', what: UNPACK('compressed by bzip2') },
  { magic: 'version https://git-lfs', what: 'a pointer of Git LFS, not the file itself: run git lfs pull' },
];

/** Languages by their endings, for texts. */
const SOURCES: readonly (readonly [ending: RegExp, what: (file: string) => string])[] = [
  [/\.c$/, (file) => `C source: compile it first, wasi9p cc ${file} -o PROGRAM.wasm`],
  [/\.(cc|cpp|cxx|c\+\+)$/, (file) => `C++ source: compile it first, wasi9p c++ ${file} -o PROGRAM.wasm`],
  [/\.[cm]?[jt]s$/, () => 'JavaScript or TypeScript: run it by node'],
];

const GIVE = 'give the .wasm file of a program';
/** The magic number of WebAssembly, then the version of a core module. */
const MAGIC = [0, 0x61, 0x73, 0x6d];
const CORE = [1, 0];

/**
 * Returns a sentence about a file that the engine refuses to compile.
 * @param bytes Its content, without a line `#!…` before a module.
 * @param reason The engine's message.
 */
export function describe(file: string, bytes: Uint8Array, reason: string): string {
  if (bytes.length === 0) return `${file} is empty: ${GIVE}.`;
  if (startsWith(bytes, MAGIC.slice(0, bytes.length))) return ofModule(file, bytes, reason);
  const kind = KINDS.find(({ magic, at }) => startsWith(bytes, magic, at));
  if (kind !== undefined) return `${file} is ${typeof kind.what === 'string' ? kind.what : kind.what(file)}.`;
  const text = textOf(bytes);
  if (text !== undefined) return `${file} is ${ofText(file, text)}.`;
  const start = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return `${file} is not a WebAssembly module (it begins with ${start}, not with 00 61 73 6d): ${GIVE}.`;
}

function startsWith(bytes: Uint8Array, magic: readonly number[] | string, at = 0): boolean {
  const wanted = typeof magic === 'string' ? Array.from(magic, (char) => char.charCodeAt(0)) : magic;
  return wanted.every((byte, i) => bytes[at + i] === byte);
}

/** Returns the start of a text in UTF-8 or UTF-16; undefined for other data. */
function textOf(bytes: Uint8Array): string | undefined {
  const encoding = startsWith(bytes, '\xff\xfe') ? 'utf-16le' : startsWith(bytes, '\xfe\xff') ? 'utf-16be' : 'utf-8';
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes.subarray(0, 4096), { stream: true });
    // eslint-disable-next-line no-control-regex
    return /[\0-\x08\x0e-\x1a\x1c-\x1f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

function ofText(file: string, text: string): string {
  const isWat = /^\s*(?:;;.*\s*|\(;[^]*?;\)\s*)*\((module|component)\b/.test(text);
  if (isWat || /\.wat$/i.test(file)) {
    return 'WebAssembly text: assemble it first, for instance by wat2wasm of the package wabt';
  }
  const [, script] = /^#!\s*(\S{1,100})/.exec(text) ?? [];
  if (script !== undefined) return `a script for ${script}, not a WebAssembly module: ${GIVE}`;
  if (/^\s*<(!doctype )?html/i.test(text)) return `an HTML page, not a WebAssembly module: download the file itself`;
  const source = SOURCES.find(([ending]) => ending.test(file));
  return source === undefined ? `a text file, not a WebAssembly module: ${GIVE}` : source[1](file);
}

/** Describes a file that begins as a module. */
function ofModule(file: string, bytes: Uint8Array, reason: string): string {
  if (bytes.length < 8) return `${file} is truncated (it ends after byte ${bytes.length}): copy or build it again.`;
  if (bytes[6] === 1) {
    return `${file} is a component (WASI 0.2 or later), but only core modules for WASI preview1 can be run: build it for wasm32-wasip1.`;
  }
  if (!startsWith(bytes, CORE, 4)) {
    return `${file} has an unknown version of the WebAssembly format (${bytes[4]! + 256 * bytes[5]!}, not 1): ${COMPILE}.`;
  }
  const missing = missingBytes(bytes);
  if (missing > 0) {
    return `${file} is truncated (it ends after byte ${bytes.length}, at least ${missing} too early): copy or build it again.`;
  }
  const why = reason.replace(/^WebAssembly\.\w+\(\): /, '').replace(/\.$/, '');
  return `${file} is damaged, or needs a WebAssembly feature that ${engine()} does not have (${why}): build it again, or use a newer version.`;
}

/** Returns the number of bytes that the last section of a module lacks. */
function missingBytes(bytes: Uint8Array): number {
  let at = 8;
  while (at < bytes.length) {
    let size = 0;
    let shift = 0;
    for (at++; ; at++, shift += 7) {
      if (at >= bytes.length) return 1;
      size += (bytes[at]! & 127) * 2 ** shift;
      if (bytes[at]! < 128 || shift > 28) break;
    }
    at += 1 + size;
  }
  return at - bytes.length;
}

function engine(): string {
  const { bun, deno, node } = process.versions;
  return bun !== undefined ? `Bun ${bun}` : deno !== undefined ? `Deno ${deno}` : `Node.js ${node}`;
}
