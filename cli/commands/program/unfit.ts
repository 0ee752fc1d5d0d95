// Describes a module that compiles, but cannot be started as a WASI program.
import { SIGNATURES } from '../../../shim/preview1/abi/signatures.ts';

const PREVIEW1 = 'wasi_snapshot_preview1';
/** Maximum number of imports in a message, and length of each, in characters. */
const SHOWN = 3;
const NAME_MAX = 100;

/** The way out for a module that imports other functions, by the module's names. The first row that fits. */
const OTHERS: readonly (readonly [imports: RegExp, hint: string])[] = [
  [/^wasi_unstable\./, 'it was built for the predecessor of WASI preview1; build it again with a current toolchain'],
  [/^wasi:/, 'it is the core of a component; build it for wasm32-wasip1'],
  [/^wasi\.thread-spawn$/, 'threads are off: leave out -S threads=n'],
  [/^(gojs|go)\./, 'it was built for JavaScript; build it with GOOS=wasip1 GOARCH=wasm'],
  [
    /^(wbg|__wbindgen\w*|\.\/[^/]*_bg\.js)\./,
    'it was built by wasm-bindgen for JavaScript; build it for wasm32-wasip1',
  ],
  [
    /^(a\.\w{1,2}$|env\.(_?emscripten|invoke_|__syscall|_embind|__cxa_|__assert_fail))/,
    'it was built by Emscripten for JavaScript; build it with -sSTANDALONE_WASM',
  ],
  [
    /^env\.memory$/,
    'its memory must be its own; link it without --import-memory, or let it run with -S threads if it is a shared one',
  ],
  [/^rb-js-abi-host\./, 'this build of Ruby needs a JavaScript program as its host; use one without the gem js'],
];

/** Returns a sentence about the first reason why the module cannot be started; undefined if none is found. */
export function whyUnfit(program: string, module: WebAssembly.Module): string | undefined {
  const cannot = `${program} cannot be started:`;
  if (WebAssembly.Module.customSections(module, 'linking').length > 0) {
    return `${program} is an object file, not a program: link it (wasi9p cc ${program} -o PROGRAM.wasm).`;
  }
  if (WebAssembly.Module.customSections(module, 'dylink.0').length > 0) {
    return `${program} is a shared library, not a program: link a program without -shared.`;
  }
  const foreign = foreignImports(module);
  if (foreign.length > 0)
    return `${cannot} it imports ${listed(foreign)}, but ${supported(foreign)}: ${hintOn(foreign)}.`;
  const exported = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
  if (!exported.has('_start')) {
    return exported.has('_initialize')
      ? `${cannot} it is a reactor (it exports _initialize, not _start): a JavaScript program runs it, with initialize().`
      : `${cannot} it exports no _start function: link it as a program, with a main function.`;
  }
  if (exported.has('_initialize'))
    return `${cannot} it exports both _start and _initialize: link it as a program only.`;
  if (!exported.has('memory')) return `${cannot} it exports no memory: link it with --export-memory.`;
  return undefined;
}

/** The imports that are not of WASI preview1, as `module.name`. */
function foreignImports(module: WebAssembly.Module): string[] {
  return WebAssembly.Module.imports(module)
    .filter(
      ({ module: from, name, kind }) => from !== PREVIEW1 || kind !== 'function' || !Object.hasOwn(SIGNATURES, name),
    )
    .map(({ module: from, name }) => `${cut(from)}.${cut(name)}`);
}

function cut(name: string): string {
  return name.length > NAME_MAX ? `${name.slice(0, NAME_MAX)}…` : name;
}

function listed(names: readonly string[]): string {
  const more = names.length - SHOWN;
  return names.slice(0, SHOWN).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function supported(foreign: readonly string[]): string {
  const count = Object.keys(SIGNATURES).length;
  const isOfPreview1 = foreign.every((name) => name.startsWith(`${PREVIEW1}.`));
  return isOfPreview1 ? `${PREVIEW1} has no such function` : `only the ${count} functions of ${PREVIEW1} are supported`;
}

function hintOn(foreign: readonly string[]): string {
  const row = OTHERS.find(([imports]) => foreign.some((name) => imports.test(name)));
  return row?.[1] ?? 'build it for wasm32-wasip1, or start it from a JavaScript program that has these functions';
}
