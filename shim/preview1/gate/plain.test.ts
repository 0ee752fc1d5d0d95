// Tests the gate where compiling wasm is forbidden: its JavaScript functions do what the wasm functions do.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SIGNATURES, parametersOf, wasmTypesOf, type CallName } from '../abi/signatures.ts';
import { PLAIN_GATE, unless } from '../../../build/test/skip.ts';
import { ENDED, IN_CALL, gate, type GateState } from './gate.ts';

/** A test of both gates, in a run that can compile the other one. */
const compare = unless(PLAIN_GATE && 'the other gate cannot be compiled in this run');

type Values = (number | bigint)[];

const NAMES = Object.keys(SIGNATURES) as CallName[];
const I32S = [0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 0x12345678];
const I64S = [0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 0x89abcdef_01234567n, 2n ** 32n, -(2n ** 32n) - 1n];

/** A gate whose calls record what they are passed, and then do `act`. */
class Recorder {
  readonly passed: unknown[][] = [];
  readonly memory = {} as { state: GateState };
  readonly functions: Record<string, (...values: unknown[]) => unknown>;
  act: (name: string) => unknown = () => 28;

  constructor() {
    const record = (name: string) => [name, (...values: unknown[]) => (this.passed.push(values), this.act(name))];
    this.functions = gate(Object.fromEntries(NAMES.map(record)), this.memory) as never;
  }
}

/** Makes gates as where the embedder forbids compiling. */
function plain(count: number): Recorder[] {
  const { Module } = WebAssembly;
  WebAssembly.Module = class {
    constructor() {
      throw new WebAssembly.CompileError('Wasm code generation disallowed by embedder');
    }
  } as never;
  try {
    return Array.from({ length: count }, () => new Recorder());
  } finally {
    WebAssembly.Module = Module;
  }
}

// All of them before the first other one, because a compiled module is kept.
const spares = plain(2 * NAMES.length + 2);
const pairs = spares.map((spare): [plain: Recorder, compiled: Recorder] => [spare, new Recorder()]);
const [forbidden, compiled] = pairs.pop()!;

/** Value lists for a function: each has one value after the other in all its places. */
function valuesFor(name: CallName): Values[] {
  const types = parametersOf(name).flatMap(wasmTypesOf);
  return I64S.map((_, turn) =>
    types.map((type, k) => (type === 'i64' ? I64S[(turn + k) % I64S.length]! : I32S[(turn + k) % I32S.length]!)),
  );
}

compare('only the compiled gate has wasm functions', () => {
  assert.instance(compiled.memory.state, WebAssembly.Global);
  assert.not.instance(forbidden.memory.state, WebAssembly.Global);
  assert.equal(Object.keys(forbidden.functions).sort(), Object.keys(compiled.functions).sort());
});

compare('each function passes the same values on, and returns the same', () => {
  for (const name of NAMES) {
    for (const values of valuesFor(name)) {
      const [ours, wanted] = [forbidden, compiled].map(({ functions }) => functions[name]!(...values));
      assert.is(ours, name === 'proc_exit' ? 28 : wanted, name);
    }
  }
  assert.equal(forbidden.passed, compiled.passed);
});

compare('a value of another type is converted as wasm does, or a TypeError before the call', () => {
  const before = forbidden.passed.length;
  for (const { functions } of [forbidden, compiled]) functions['fd_close']!(1.9);
  for (const { functions } of [forbidden, compiled]) functions['fd_renumber']!(2 ** 32 + 5);
  assert.equal(forbidden.passed.slice(before), compiled.passed.slice(before));
  assert.equal(forbidden.passed.slice(before), [[1], [5, 0]]);
  const type = (functions: Recorder['functions'], name: CallName, ...values: Values) =>
    assert.throws(() => functions[name]!(...values), TypeError);
  for (const recorder of pairs.pop()!) {
    type(recorder.functions, 'fd_renumber', 3n, 4);
    assert.equal(recorder.passed, []);
  }
});

/** The result of a call, or the class of the error that it throws. */
function outcome(call: () => unknown): string {
  try {
    return String(call());
  } catch (thrown) {
    return thrown instanceof WebAssembly.RuntimeError ? 'trap' : String(thrown);
  }
}

const LAST_CALLS: Record<string, (recorder: Recorder) => void> = {
  'an exit': ({ memory }) => void (memory.state.value = ENDED),
  'an exception': () => {
    throw new Error('from the host');
  },
};

for (const [way, last] of Object.entries(LAST_CALLS)) {
  compare(`after ${way} in a call, both trap in the same calls`, () => {
    const traps = { before: 0, after: 0 };
    for (const name of NAMES) {
      const values = valuesFor(name)[0]!;
      const [ours, wanted] = pairs.pop()!.map((recorder) => {
        recorder.act = () => (last(recorder), 0);
        const first = outcome(() => recorder.functions[name]!(...values)).replace(/^(0|undefined)$/, 'returns');
        recorder.act = () => 0;
        return [first, outcome(() => recorder.functions['sched_yield']!()), recorder.memory.state.value];
      });
      // No getter ends the guest, so only the calls after it are compared.
      const from = way === 'an exit' && wanted![0] === 'returns' ? 1 : 0;
      assert.equal(ours!.slice(from), wanted!.slice(from), name);
      if (wanted![0] === 'trap') traps.before++;
      if (wanted![1] === 'trap') traps.after++;
    }
    assert.equal(traps, way === 'an exit' ? { before: 36, after: 46 } : { before: 0, after: 36 });
  });
}

test('after an exit all calls trap but two getters without effects', () => {
  for (const recorder of [spares[0]!, compiled]) {
    recorder.memory.state.value = ENDED;
    const answered = NAMES.filter(
      (name) => outcome(() => recorder.functions[name]!(...valuesFor(name)[0]!)) !== 'trap',
    );
    assert.equal(answered.sort(), ['fd_fdstat_get', 'fd_tell']);
  }
});

test('a call with a value of another type, or one that throws, does not let an ended guest go on', () => {
  const { functions, memory } = spares[0]!;
  for (const state of [IN_CALL, ENDED]) {
    for (const name of NAMES) {
      memory.state.value = state;
      const types = parametersOf(name).flatMap(wasmTypesOf);
      outcome(() => functions[name]!(...types.map((type) => (type === 'i64' ? 1 : 1n))));
      assert.is(memory.state.value, state, name);
    }
  }
});

test.run();
