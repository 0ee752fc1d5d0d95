// A function keeps its local variables over a wait, once keepLocals has been called.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { KEEPS_LOCAL, keepLocals } from './engine.ts';

/** The function, in a module of other bytes: V8 keeps the code of modules that are alike. */
function kept(name: number, value: number): number {
  const custom = [0, 2, 1, name];
  const module = new WebAssembly.Module(Uint8Array.from([...KEEPS_LOCAL, ...custom]));
  return (new WebAssembly.Instance(module).exports['f'] as (value: number) => number)(value);
}

test('a local variable survives memory.atomic.wait32', () => {
  keepLocals();
  assert.is(kept(0x61, 42), 42);
  // The second call changes nothing.
  keepLocals();
  assert.is(kept(0x62, -7), -7);
});

test.run();
