// Compares the class with that of the Node that runs the tests: a table of calls, each made on both.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WASI as Ours } from './wasi.ts';

type Class = typeof Ours;
type Options = ConstructorParameters<Class>[0];
type Act = (WASI: Class, made: (options: unknown) => InstanceType<Class>) => unknown;

const { WASI: Theirs } = process.getBuiltinModule('node:wasi') as unknown as { WASI: Class };
const memory = new WebAssembly.Memory({ initial: 1 });
const version = 'preview1';

/** A thing that passes for an instance. */
function instance(exports: unknown): WebAssembly.Instance {
  return { exports } as WebAssembly.Instance;
}

function starting(exports: unknown): Act {
  return (_, made) => made({ version }).start(instance(exports));
}

function initializing(exports: unknown): Act {
  return (_, made) => made({ version }).initialize(instance(exports));
}

/** A start whose program calls one function. */
function calling(name: string, ...args: number[]): Act {
  return (_, made) => {
    const wasi = made({ version });
    const call = (wasi.wasiImport as unknown as Record<string, (...args: number[]) => unknown>)[name]!;
    return wasi.start(instance({ memory, _start: () => void call(...args) }));
  };
}

function twice(first: 'start' | 'initialize' | 'neither', second: 'start' | 'initialize'): Act {
  return (_, made) => {
    const wasi = made({ version });
    const command = instance({ memory, _start: () => {} });
    const reactor = instance({ memory });
    if (first === 'start') wasi.start(command);
    else if (first === 'initialize') wasi.initialize(reactor);
    else
      try {
        // It is bound by this, although it cannot be started.
        wasi.start(reactor);
      } catch {
        // Compared elsewhere.
      }
    return second === 'start' ? wasi.start(command) : wasi.initialize(reactor);
  };
}

class Other {}

const VALUES: readonly unknown[] = [
  undefined,
  null,
  true,
  0,
  -1,
  1.5,
  NaN,
  2 ** 31,
  2 ** 40,
  5n,
  'text',
  'a text that is longer than twenty-eight characters',
  Symbol('symbol'),
  [],
  {},
  new Map(),
  new Other(),
  Object.create(null),
  function named() {},
  () => {},
];

/** Each option with a value of each kind; those that would open something are elsewhere. */
function optionRows(): [string, Act][] {
  const names = ['version', 'args', 'env', 'preopens', 'returnOnExit', 'stdin', 'stdout', 'stderr'];
  return names.flatMap((name) =>
    VALUES.map((value, i): [string, Act] => [
      `${name}: value ${i}`,
      (_, made) => Object.keys(made({ version, [name]: value }).getImportObject()),
    ]),
  );
}

/** Each kind of value in each place of an instance. */
function instanceRows(): [string, Act][] {
  return VALUES.flatMap((value, i): [string, Act][] => [
    [`start(value ${i})`, (_, made) => made({ version }).start(value as never)],
    [`initialize(value ${i})`, (_, made) => made({ version }).initialize(value as never)],
    [`exports: value ${i}`, starting(value)],
    [`memory: value ${i}`, starting({ memory: value, _start() {} })],
    [`_start: value ${i}`, starting({ memory, _start: value })],
    [`_initialize: value ${i}, of a command`, starting({ memory, _start() {}, _initialize: value })],
    [`_initialize: value ${i}`, initializing({ memory, _initialize: value })],
    [`_start: value ${i}, of a reactor`, initializing({ memory, _start: value })],
  ]);
}

const ROWS: readonly [string, Act][] = [
  ['no options', (WASI) => new WASI()],
  ['no new', (WASI) => (WASI as unknown as (options: unknown) => void)({ version })],
  ...VALUES.map((value, i): [string, Act] => [`options: value ${i}`, (WASI) => new WASI(value as Options)]),
  ...optionRows(),
  ['version unstable', (_, made) => Object.keys(made({ version: 'unstable' }).getImportObject())],
  ['an unknown version', (_, made) => made({ version: 'preview2' })],
  ['a long version', (_, made) => made({ version: 'v'.repeat(500) })],
  ['an inherited name as version', (_, made) => made({ version: 'toString' })],
  ['an unknown option', (_, made) => typeof made({ version, unknown: 1 })],
  ['an argument that is no string', (_, made) => typeof made({ version, args: [1, null, Symbol('x')] })],
  ['a variable that is no string', (_, made) => typeof made({ version, env: { A: 1, B: null } })],
  ['a variable that is a symbol', (_, made) => made({ version, env: { A: Symbol('x') } })],
  ['a preopen that does not exist', (_, made) => made({ version, preopens: { '/d': '/does/not/exist' } })],
  ['a preopen without a path', (_, made) => made({ version, preopens: { '/d': '' } })],
  ['a descriptor that is not open', (_, made) => made({ version, stdout: 9999 })],
  [
    'a descriptor and a preopen that are wrong',
    (_, made) => made({ version, stdout: 9999, preopens: { '/d': '/does/not/exist' } }),
  ],
  [
    'a preopen and returnOnExit that are wrong',
    (_, made) => made({ version, returnOnExit: 1, preopens: { '/d': '/does/not/exist' } }),
  ],
  ['options in the order of the checks', (_, made) => made({ version, args: 1, env: 1, preopens: 1, stdin: 'x' })],
  [
    'the import object',
    (_, made) => {
      const wasi = made({ version });
      return wasi.getImportObject().wasi_snapshot_preview1 === wasi.wasiImport;
    },
  ],
  ['the names of the functions', (_, made) => Object.keys(made({ version }).wasiImport).sort()],
  ['properties', (_, made) => [Object.keys(made({ version })), Object.prototype.toString.call(made({ version }))]],
  ...instanceRows(),
  ['no _start', starting({ memory })],
  ['no memory', starting({ _start() {} })],
  ['no memory and no _start', starting({})],
  ['no exports', (_, made) => made({ version }).start({} as never)],
  ['a reactor without _initialize', initializing({ memory })],
  ['a reactor without memory', initializing({})],
  ['a result of _start', starting({ memory, _start: () => 5 })],
  [
    'an error in _start',
    starting({
      memory,
      _start: () => {
        throw new RangeError('mine');
      },
    }),
  ],
  [
    'an error in _initialize',
    initializing({
      memory,
      _initialize: () => {
        throw new RangeError('mine');
      },
    }),
  ],
  ['proc_exit(0)', calling('proc_exit', 0)],
  ['proc_exit(7)', calling('proc_exit', 7)],
  ['proc_exit(-1)', calling('proc_exit', -1)],
  ['proc_exit(256)', calling('proc_exit', 256)],
  ['start, start', twice('start', 'start')],
  ['start, initialize', twice('start', 'initialize')],
  ['initialize, start', twice('initialize', 'start')],
  ['initialize, initialize', twice('initialize', 'initialize')],
  ['a start that failed, start', twice('neither', 'start')],
  ...['args_get', 'fd_close', 'fd_write', 'sched_yield', 'path_open', 'random_get', 'proc_raise'].map(
    (name): [string, Act] => [
      `${name} before the start`,
      (_, made) => {
        const call = (made({ version }).wasiImport as unknown as Record<string, (...args: unknown[]) => unknown>)[
          name
        ]!;
        const counts: Record<string, number> = {
          args_get: 2,
          fd_close: 1,
          fd_write: 4,
          sched_yield: 0,
          random_get: 2,
          proc_raise: 1,
        };
        const args: unknown[] = Array(counts[name] ?? 9).fill(99);
        // rights are i64.
        return call(...(name === 'path_open' ? [99, 0, 0, 1, 0, 0n, 0n, 0, 0] : args));
      },
    ],
  ),
];

/** The result of a row, or its error. */
function outcome(WASI: Class, act: Act): unknown {
  const all: InstanceType<Class>[] = [];
  const made = (options: unknown) => {
    const wasi = new WASI(options as Options);
    all.push(wasi);
    return wasi;
  };
  try {
    return { result: act(WASI, made) };
  } catch (error) {
    const { name, code, message, errno, syscall } = error as NodeJS.ErrnoException;
    const isTypeError = error instanceof TypeError;
    return { name, code, message, errno, syscall, isTypeError, isRangeError: error instanceof RangeError };
  } finally {
    if (WASI === Ours) for (const wasi of all) wasi[Symbol.dispose]();
  }
}

for (const [name, act] of ROWS)
  test(`as node:wasi: ${name}`, () => assert.equal(outcome(Ours, act), outcome(Theirs, act)));

test('a preopen that is a file: as node:wasi, which leaves it open', () => {
  const { code, message, errno } = outcome(Ours, (_, made) =>
    made({ version, preopens: { '/d': '/etc/passwd' } }),
  ) as NodeJS.ErrnoException;
  assert.equal([code, message, errno], ['UVWASI_ENOTDIR', 'UVWASI_ENOTDIR, uvwasi_init', 54]);
});

test('the methods are those of node:wasi', () => {
  const names = (WASI: Class) => Object.getOwnPropertyNames(WASI.prototype).sort();
  // Since Node 22.19.
  const theirs = new Set([...names(Theirs), 'finalizeBindings']);
  assert.equal(names(Ours), [...theirs].sort());
  assert.is(Ours.length, Theirs.length);
});

test('finalizeBindings binds once, and needs an instance and a memory', () => {
  const wasi = new Ours({ version });
  const code = (act: () => void): unknown => {
    try {
      return act();
    } catch (error) {
      return (error as NodeJS.ErrnoException).code;
    }
  };
  assert.is(
    code(() => wasi.finalizeBindings(instance({}))),
    'ERR_INVALID_ARG_TYPE',
  );
  assert.is(
    code(() => wasi.finalizeBindings(undefined as never, { memory })),
    'ERR_INVALID_ARG_TYPE',
  );
  assert.is(
    code(() => (wasi.wasiImport as unknown as Record<string, () => void>).sched_yield!()),
    'ERR_WASI_NOT_STARTED',
  );
  wasi.finalizeBindings(instance({}), { memory });
  assert.is((wasi.wasiImport as unknown as Record<string, () => unknown>).sched_yield!(), 0);
  assert.is(
    code(() => wasi.finalizeBindings(instance({}), { memory })),
    'ERR_WASI_ALREADY_STARTED',
  );
  assert.is(
    code(() => wasi.start(instance({ memory, _start() {} }))),
    'ERR_WASI_ALREADY_STARTED',
  );
  wasi[Symbol.dispose]();
});

test.run();
