// Preloaded by `npm test -- --plain-gate`: refuses to compile the gate's module, as a strict policy would, so that
// shim/preview1/gate falls back to JavaScript functions. Programs still compile.
const { Module } = WebAssembly;

WebAssembly.Module = class extends Module {
  /** @param {BufferSource} bytes */
  constructor(bytes) {
    super(bytes);
    // No program imports from `a`.
    if (Module.imports(this)[0]?.module === 'a') throw new WebAssembly.CompileError('Wasm code generation disallowed');
  }
};
