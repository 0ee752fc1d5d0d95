/**
 * `node --import wasi9p/register program.mjs`: the class WASI of `node:wasi` is that of `wasi9p/node-wasi` in that process
 * and in its threads, for each way to the module. Our class is loaded when the program first uses it.
 * @module
 */
import type { createRequire, syncBuiltinESMExports } from 'node:module';

type AnyClass = new (...args: unknown[]) => object;

/** The parts of node:module that are used here. */
interface NodeModule {
  createRequire: typeof createRequire;
  syncBuiltinESMExports: typeof syncBuiltinESMExports;
}

for (const [name, advice] of [
  ['Bun', 'import WASI from wasi9p/node-wasi in the program'],
  ['Deno', 'give it an import map that leads node:wasi to wasi9p/node-wasi'],
] as const) {
  if (name in globalThis) throw new Error(`${name} lets no preload replace node:wasi: ${advice} instead.`);
}

const node = process.getBuiltinModule('node:module') as unknown as NodeModule;

let loaded: AnyClass | undefined;

function ours(): AnyClass {
  return (loaded ??= (node.createRequire(import.meta.url)('./node-wasi.js') as { WASI: AnyClass }).WASI);
}

/** Stands for our class until it is used, and behaves as it does. */
const standIn: AnyClass = new Proxy(function WASI() {} as unknown as AnyClass, {
  construct: (_, args, target) => Reflect.construct(ours(), args, target === standIn ? ours() : target),
  apply: (_, self, args) => Reflect.apply(ours() as unknown as () => void, self, args),
  get: (_, key) => Reflect.get(ours(), key),
  has: (_, key) => Reflect.has(ours(), key),
  set: (_, key, value) => Reflect.set(ours(), key, value),
});

/** Node's own module, which warns at its first use that it is experimental: ours is not. */
function theirs(): { WASI: unknown } {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return process.getBuiltinModule('node:wasi');
  } finally {
    process.emitWarning = emitWarning;
  }
}

// Its exports are one object for require(), import() and all else. An import has copies of them, which are made anew.
theirs().WASI = standIn;
node.syncBuiltinESMExports();
