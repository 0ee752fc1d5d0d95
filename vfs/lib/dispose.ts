// Symbol.dispose, also for runtimes that lack it.
/// <reference lib="esnext.disposable" preserve="true" />

/**
 * The method that a `using` declaration calls at the end of its block. A runtime without Symbol.dispose has no `using`
 * either; there compilers look for this symbol of the global registry (esbuild, Babel).
 */
export const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? (Symbol.for('Symbol.dispose') as never);
