// Symbol.dispose, also for runtimes that lack it.
/// <reference lib="esnext.disposable" preserve="true" />

/**
 * The key of the method that `using` calls at the end of its block. In a runtime without Symbol.dispose, and thus
 * without `using`, it is the registered symbol that compilers fall back to (esbuild, Babel).
 */
export const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? (Symbol.for('Symbol.dispose') as never);
