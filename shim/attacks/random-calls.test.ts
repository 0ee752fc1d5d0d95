// Tests random sequences of calls with random arguments: no JavaScript exception, and no leak after close.
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SIGNATURES, parametersOf, type CallName, type Parameter } from '../preview1/abi/signatures.ts';
import { AT_REST } from '../../testing/at-rest.ts';
import { DATA, TestGuest, utf8 } from '../../testing/test-guest.ts';

// fast-check shrinks a failing sequence and prints its seed.

const TOP = 2 ** 32;
const END = 16 * 65536;
/** The time limit of all runs, in milliseconds. */
const BUDGET = 4000;

/** The address of the paths, each followed by a NUL that is not part of it. */
const PATHS = 1024;
const TEXTS = ['a', 'b', 'c', 'd', 'd/a', 'd/b', 'd/e', 'd/e/f', 'd/e/g', 'l', 'l/c', '.', 'd/../b', 'd/', 'a/'];
TEXTS.push('../x', '..', 'd/..', '/abs', 'l/..', 'x'.repeat(256));
const IOVS = 8192;
const SUBS = 9216;

const PLACES: { ptr: number; length: number }[] = [];
let next = PATHS;
for (const text of TEXTS) {
  PLACES.push({ ptr: next, length: utf8(text).length });
  next += utf8(text).length + 1;
}

function fill(g: TestGuest): void {
  for (const [i, { ptr }] of PLACES.entries()) g.u8.set(utf8(TEXTS[i]!), ptr);
  const ranges = [
    [DATA, 16],
    [DATA + 8, 16],
    [0, 0],
    [END - 8, 16],
    [DATA, 70_000],
    [TOP - 8, 16],
    [IOVS, 32],
    [64, 8],
  ];
  for (const [i, [start, length]] of ranges.entries()) {
    g.view.setUint32(IOVS + i * 8, start!, true);
    g.view.setUint32(IOVS + i * 8 + 4, length!, true);
  }
  // A clock that is due, a readable file, a writable file, and a closed descriptor.
  for (const [i, [tag, fd]] of [
    [0, 0],
    [1, 4],
    [2, 1],
    [1, 99],
  ].entries()) {
    g.u8[SUBS + i * 48 + 8] = tag!;
    g.view.setUint32(SUBS + i * 48 + 16, fd!, true);
  }
}

const anyPointer = fc.constantFrom(0, 64, DATA, END - 8, END - 4, END - 1, END, 2 ** 31, TOP - 8, TOP - 1);
const pointer = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(64, 128, DATA + 4096) }, anyPointer);
const length = fc.oneof({ weight: 6, arbitrary: fc.nat(600) }, fc.constantFrom(70_000, END, 2 ** 29, 2 ** 31, TOP - 1));
const long = fc.oneof(
  { weight: 3, arbitrary: fc.bigInt(0n, 40n) },
  fc.constantFrom(-1n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)),
);
const wild = fc.constantFrom(99, 2 ** 31, TOP - 1);
/** Descriptors, mostly files and directories; the preopens are 3 and 4. */
const descriptor = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 3, max: 9 }) }, fc.nat(2), wild);
const directory = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(3, 4) }, descriptor);
const flags = fc.oneof({ weight: 8, arbitrary: fc.nat(5) }, fc.nat(31), fc.constantFrom(65536, TOP - 1));
const lookupflags = fc.oneof({ weight: 9, arbitrary: fc.nat(1) }, flags);

/** Generates the wasm arguments of one parameter. */
function argumentsOf(call: CallName, p: Parameter): fc.Arbitrary<(number | bigint)[]> {
  const one = (arbitrary: fc.Arbitrary<number | bigint>) => arbitrary.map((value) => [value]);
  switch (p.out ? 'pointer' : p.type) {
    case 'fd':
      return one(call.startsWith('path') || call === 'fd_readdir' ? directory : descriptor);
    case 'lookupflags':
      return one(lookupflags);
    case 'whence':
      return one(fc.nat(3));
    case 'path': {
      const good = fc.constantFrom(...PLACES).map((place) => [place.ptr, place.length]);
      return fc.oneof({ weight: 8, arbitrary: good }, fc.tuple(anyPointer, length));
    }
    case 'iovs':
    case 'ciovs': {
      const good = fc.tuple(fc.nat(7), fc.nat(4)).map(([i, count]) => [IOVS + i * 8, count]);
      return fc.oneof({ weight: 8, arbitrary: good }, fc.tuple(anyPointer, length));
    }
    case 'buf':
      return fc.tuple(pointer, length);
    case 'size':
    case 'delta':
    case 'time':
    case 'cookie':
      return one(long);
    case 'rights':
      return one(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(-1n, 2n, 66n, 64n) }, fc.bigInt(0n, 2n ** 30n)));
    case 'u32':
      return one(fc.nat(4));
    case 'pointer':
      return one(p.type === 'subscriptions' ? fc.constantFrom(SUBS, SUBS + 48, END - 48, TOP - 48) : pointer);
    default:
      return one(flags);
  }
}

interface Call {
  name: CallName;
  args: (number | bigint)[];
}

function callOf(name: CallName): fc.Arbitrary<Call> {
  const parameters = parametersOf(name).map((p) => argumentsOf(name, p));
  return fc.tuple(...parameters).map((args) => ({ name, args: args.flat() }));
}

const NAMES = Object.keys(SIGNATURES) as CallName[];
/** Calls that create files and data for the others. */
const MAKING = ['path_open', 'fd_write', 'fd_pwrite', 'path_symlink', 'path_create_directory', 'path_link'] as const;
/** Calls that take descriptors or rights from the others, or end the guest. */
const RARE = new Set<CallName>(['fd_close', 'fd_renumber', 'fd_fdstat_set_rights', 'proc_exit', 'proc_raise']);
const anyCall = fc.oneof(
  ...NAMES.map((name) => ({ weight: RARE.has(name) ? 1 : 3, arbitrary: callOf(name) })),
  { weight: 15, arbitrary: callOf('path_open') },
  ...MAKING.map((name) => ({ weight: 4, arbitrary: callOf(name) })),
);

/** Makes a call. Every exception but that of an exit is a failure. */
function callWith(g: TestGuest, { name, args }: Call): void {
  try {
    const errno = g.raw(name, ...args);
    assert.ok(Number.isInteger(errno) && errno >= 0 && errno <= 76, `${name} answers ${errno}`);
  } catch (thrown) {
    if (g.wasi.exitCode === null) throw thrown;
  }
}

function run(calls: readonly Call[], shared: boolean): void {
  const g = new TestGuest({
    shared,
    stdin: 'some input',
    args: ['a', 'b'],
    env: { A: 'b' },
    files: { '/a': 'aaaa', '/d/a': 'in d', '/d/e/f': 'deep', '/b': '' },
    preopens: (server) => ({ '/': server, '/again': server }),
  });
  g.volume.symlinkSync('d', '/l');
  const observer = {
    fault: (thrown: unknown) => {
      throw thrown;
    },
  };
  g.server.observers.add(observer);
  try {
    for (const call of calls) {
      // Calls overwrite memory: restore the data that the arguments point to.
      fill(g);
      callWith(g, call);
    }
  } finally {
    g.server.observers.delete(observer);
    g.wasi.close();
  }
  assert.equal(g.server.inspect(), AT_REST);
}

for (const shared of [false, true]) {
  test(`any calls, on ${shared ? 'shared' : 'own'} memory`, () => {
    fc.assert(
      fc.property(fc.array(anyCall, { minLength: 1, maxLength: 60, size: 'max' }), (calls) => run(calls, shared)),
      { numRuns: 3000, interruptAfterTimeLimit: BUDGET / 2, markInterruptAsFailure: false },
    );
  });
}

test.run();
