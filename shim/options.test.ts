// Tests the options of every public function: each with a value of each type, unknown keys, and inherited ones.
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Volume } from 'memfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { API } from '../build/gen/api.ts';
import { runTests } from '../runner/run.ts';
import { hostDir } from '../vfs/backends/hostdir/index.ts';
import { memfs } from '../vfs/backends/memfs/index.ts';
import { overlay, settle, Settlement, unsettled, type OverlayBackend } from '../vfs/backends/overlay/index.ts';
import { ram } from '../vfs/backends/ram/index.ts';
import { readOnly } from '../vfs/backends/readonly/index.ts';
import { unpackTar, packTar } from '../vfs/archive/index.ts';
import { tar } from '../vfs/backends/tar/index.ts';
import { FileSystem, createFs } from '../vfs/fs/index.ts';
import { Attachment, Server, serverFor } from '../vfs/connect/server-for.ts';
import { Namespace } from '../vfs/namespace/index.ts';
import { namespace } from '../vfs/namespace/preopens.ts';
import { remote } from '../vfs/remote/index.ts';
import { Service } from '../vfs/serve/index.ts';
import { MountedDirectory, WASI as ShimWASI } from './browser-wasi-shim/index.ts';
import * as core from './core.ts';
import { WASI } from './index.ts';
import { ThreadedWASI } from './threads/index.ts';
import { capture } from './trace/capture.ts';
import { strace } from './trace/strace.ts';
import { wireCapture, wireTrace } from './trace/wire.ts';

type Any = never;

/** A value of each type, and common mistakes. */
const VALUES: Readonly<Record<string, unknown>> = {
  null: null,
  string: 'x',
  number: 5,
  negative: -1,
  NaN: NaN,
  bigint: 5n,
  boolean: true,
  symbol: Symbol('x'),
  function: () => null,
  array: ['/'],
  mixed: [5],
  sparse: Object.assign([] as string[], { 1: 'x' }),
  object: {},
  bare: Object.create(null) as unknown,
  strings: { a: 'x' },
  Map: new Map([['/', 'x']]),
  Uint8Array: new Uint8Array(1),
  Date: new Date(),
  Memory: new WebAssembly.Memory({ initial: 1 }),
};

/** The values that a row takes, by its kind; or by its name, where the function looks closer, or by the function as well. */
const TAKES: Readonly<Record<string, string[]>> = {
  boolean: ['boolean'],
  function: ['function'],
  number: ['number'],
  'Backend.lookup': [],
  'Tracer.wrap': [],
  'Buffer.from': [],
  args: ['array'],
  env: ['object', 'bare', 'strings'],
  preopens: ['object', 'bare'],
  tty: ['object', 'bare'],
  way: [],
  only: [],
  maxDescriptors: [],
  stdin: ['string', 'function', 'Uint8Array'],
  stdout: ['function'],
  stderr: ['function'],
  version: [],
  aname: ['string'],
  uname: ['string'],
  token: ['string'],
  ca: ['string'],
  cert: ['string'],
  key: ['string'],
  cache: [],
  orphans: [],
  'runTests(options) paths': ['array'],
  filter: ['array'],
  shard: [],
  expectations: ['Map'],
  reporters: [],
  'remote(where, options) msize': [],
};

const store = ram();
/** A directory without tests; a search of `/` would take long. */
const empty = mkdtempSync(join(tmpdir(), 'wasi9p-options-'));
test.after(() => rmdirSync(empty));
const archive = packTar(store);
const closed = (made: { close?(): void }): void => made.close?.();

/** Runs a test with an overlay that has a change. */
function over(run: (merged: OverlayBackend) => unknown): void {
  using lower = ram();
  using merged = overlay({ lower });
  merged.symlink(merged.root(), 'made', 'target', 0, 0);
  try {
    run(merged);
  } catch (thrown) {
    assert.equal([lower.entries(lower.root()), merged.diff().length], [0, 1], 'refused, and yet something was done');
    throw thrown;
  }
}

/** Each function with options, called with some. */
const WITH_OPTIONS: Readonly<Record<string, ((options: Any) => void)[]>> = {
  'new WASI(options)': [(options) => closed(new WASI(options)), (options) => closed(new core.WASI(options))],
  'new ThreadedWASI(options)': [(options) => closed(new ThreadedWASI(options))],
  'new FileSystem(at, root, options)': [
    (options) => {
      using mount = new Attachment(serverFor(store));
      new FileSystem(mount.at, mount.client.root, options).unmount();
    },
  ],
  'createFs(source, options)': [(options) => createFs(store, options).unmount()],
  'new Server(backend, options)': [(options) => closed(new Server(store, options))],
  'new Service(exported, options)': [(options) => closed(new Service(serverFor(store), options))],
  'hostDir(path, options)': [(options) => closed(hostDir(tmpdir(), options))],
  'memfs(volume, options)': [(options) => closed(memfs(new Volume(), options))],
  'ram(options)': [(options) => closed(ram(options))],
  'ram.clone(options)': [(options) => closed(ram().clone(options))],
  'namespace.fork(options)': [
    (options) => {
      using namespace = new Namespace({});
      closed(namespace.fork(options));
    },
  ],
  'overlay(options)': [
    (options: object) => closed(overlay(Array.isArray(options) ? (options as Any) : { lower: store, ...options })),
  ],
  'overlay.commit(options)': [
    (options) => over((merged) => merged.commit(options)),
    (options) => over((merged) => merged.committing(options).stop()),
  ],
  'tar(bytes, options)': [(options) => closed(tar(archive, options))],
  'unpackTar(bytes, into, onSkip, options)': [(options) => unpackTar(archive, store, undefined, options)],
  'strace(write, options)': [(options) => strace(() => {}, options)],
  'wireTrace(write, options)': [(options) => wireTrace(() => {}, options)],
  'remote(where, options)': [(options) => void remote('9p+tcp://127.0.0.1/', options)],
  'runTests(options)': [
    (options: { paths?: unknown[] }) =>
      runTests(
        {}.toString.call(options) === '[object Object]' && (options.paths === undefined || options.paths?.[0] === '/')
          ? { ...options, paths: [empty] }
          : (options as Any),
      ),
  ],
  'new WASI(args, env, fds, options)': [(options) => closed(new ShimWASI([], [], [], options))],
};

/** Arguments other than options objects, and the types that each accepts. */
const ARGUMENTS: [call: string, argument: string, takes: string[], run: (value: Any) => void][] = [
  ['wasi.finalizeBindings(instance, { memory })', 'instance', [], (value) => new WASI().finalizeBindings(value)],
  ['serverFor(source)', 'source', [], (value) => serverFor(value)],
  ['serverFor(source, name)', 'source', [], (value) => core.serverFor(value)],
  ['new Namespace(tree)', 'tree', ['object', 'bare'], (value) => closed(new Namespace(value))],
  ['createFs(source, options)', 'source', [], (value) => createFs(value)],
  ['new FileSystem(at, root, options)', 'at', [], (value) => new FileSystem(value, 0)],
  ['new FileSystem(at, root, options)', 'root', ['number'], (value) => new FileSystem({ openat() {} } as Any, value)],
  ['new Server(backend, options)', 'backend', [], (value) => new Server(value)],
  ['new Service(exported, options)', 'exported', [], (value) => new Service(value)],
  ['hostDir(path, options)', 'path', [], (value) => hostDir(value)],
  ['memfs(volume, options)', 'volume', [], (value) => memfs(value)],
  ['new Attachment(server)', 'server', [], (value) => new Attachment(value)],
  ['settle(lower, how)', 'lower', [], (value) => settle(value, 'undo')],
  ['settle(lower, how)', 'how', [], (value) => settle(store, value)],
  ['unsettled(lower)', 'lower', [], (value) => unsettled(value)],
  ['readOnly(backend)', 'backend', [], (value) => readOnly(value)],
  ['tar(bytes, options)', 'bytes', [], (value) => tar(value)],
  ['unpackTar(bytes, into, onSkip, options)', 'bytes', [], (value) => unpackTar(value, store)],
  ['unpackTar(bytes, into, onSkip, options)', 'into', [], (value) => unpackTar(archive, value)],
  ['unpackTar(bytes, into, onSkip, options)', 'onSkip', ['function'], (value) => unpackTar(archive, store, value)],
  ['packTar(from, onSkip)', 'from', [], (value) => packTar(value)],
  ['packTar(from, onSkip)', 'onSkip', ['function'], (value) => packTar(store, value)],
  ['strace(write, options)', 'write', ['function'], (value) => strace(value)],
  ['capture(write)', 'write', ['function'], (value) => capture(value)],
  ['wireTrace(write, options)', 'write', ['function'], (value) => wireTrace(value)],
  ['wireCapture(write)', 'write', ['function'], (value) => wireCapture(value)],
  ['remote(where, options)', 'where', [], (value) => remote(value)],
  ['new MountedDirectory(name, source)', 'name', ['string'], (value) => closed(new MountedDirectory(value, store))],
  ['new MountedDirectory(name, source)', 'source', [], (value) => new MountedDirectory('/', value)],
  ['new WASI(args, env, fds, options)', 'args', ['array'], (value) => closed(new ShimWASI(value, [], []))],
  ['new WASI(args, env, fds, options)', 'env', ['array'], (value) => closed(new ShimWASI([], value, []))],
  ['new WASI(args, env, fds, options)', 'fds', [], (value) => closed(new ShimWASI([], [], value))],
];

/** Types that pass the check of the kind and fail later with another error: paths are text, archives bytes. */
const OTHER_ERROR: Readonly<Record<string, string[]>> = {
  path: ['string'],
  source: ['string'],
  bytes: ['Uint8Array'],
  fds: ['sparse'],
  where: ['string'],
  tree: ['strings'],
};

/** The result of a call: the code and the message of its TypeError; `ok`; anything else is a failure. */
async function thrown(run: () => unknown): Promise<string> {
  try {
    await run();
    return 'ok';
  } catch (error) {
    const { name, code, message } = error as Error & { code?: string };
    assert.ok(name === 'TypeError' && /^ERR_INVALID_ARG_(TYPE|VALUE)$/.test(code ?? ''), `${name} ${code}: ${message}`);
    return `${code} ${message}`;
  }
}

test('each function of docs/api.md is tried', () => {
  const withOptions = API.filter(({ rows }) => rows !== undefined).map(({ call }) => call);
  assert.equal(Object.keys(WITH_OPTIONS).sort(), withOptions.sort(), 'WITH_OPTIONS lists the functions with options');
  const wanted = API.flatMap(({ call, args = {} }) => Object.keys(args).map((name) => `${call} ${name}`));
  assert.equal(
    ARGUMENTS.map(([call, name]) => `${call} ${name}`).sort(),
    wanted.sort(),
    'ARGUMENTS lists each argument',
  );
});

for (const { call, rows = {} } of API) {
  for (const run of WITH_OPTIONS[call] ?? []) {
    test(`${call}: each option with a value of each type`, async () => {
      for (const [option, kind] of Object.entries(rows)) {
        const takes = TAKES[`${call} ${option}`] ?? TAKES[option] ?? TAKES[kind]!;
        for (const [type, value] of Object.entries(VALUES)) {
          // Descriptor 5 may be open or not.
          if (option.startsWith('std') && type === 'number') continue;
          // These are paths for one of the two.
          if (option === 'preopens' && type === 'strings') continue;
          const result = await thrown(() => run({ [option]: value } as Any));
          const what = `${option}: ${type}: ${result}`;
          if (takes.includes(type)) assert.is(result, 'ok', what);
          else assert.ok(result.includes(`"options.${option}`) && /must be|is unknown/.test(result), what);
        }
        assert.is(await thrown(() => option === 'lower' || run({ [option]: undefined } as Any)), 'ok');
      }
    });

    test(`${call}: what is not known is refused, and only own keys count`, async () => {
      for (const key of ['nope', 'constructor', 'toString', '__proto__', 'hasOwnProperty', '']) {
        const given = JSON.parse(`{ "${key}": 1 }`) as Any;
        if (call === 'overlay(options)' && key === '__proto__') continue;
        assert.match(await thrown(() => run(given)), `"options.${key}" is unknown; `);
      }
      assert.is(await thrown(() => run(Object.create({ nope: 1, trace: true }) as Any)), 'ok');
      for (const value of [null, 5, 'x', [], new Map(), () => {}]) {
        if (call !== 'overlay(options)')
          assert.match(await thrown(() => run(value as Any)), '"options" must be Object');
      }
      const [known = ''] = Object.keys(rows);
      assert.match(await thrown(() => run({ [known.toLowerCase() + 's']: 1 } as Any)), 'the options are ');
    });
  }
}

for (const [call, argument, takes, run] of ARGUMENTS) {
  test(`${call}: ${argument} with a value of each type`, async () => {
    for (const [type, value] of Object.entries({ undefined, ...VALUES })) {
      if (OTHER_ERROR[argument]?.includes(type) === true) continue;
      if (argument === 'onSkip' && type === 'undefined') continue;
      const result = await thrown(() => run(value as Any));
      if (takes.includes(type)) assert.is(result, 'ok', `${type}: ${result}`);
      else assert.match(result, `"${argument}`, type);
    }
  });
}

test('a commit is settled by one of two words', async () => {
  for (const how of ['redo', 'Resume', '', 'toString']) {
    for (const run of [() => settle(store, how as Any), () => new Settlement(store, how as Any)])
      assert.is(await thrown(run), `ERR_INVALID_ARG_VALUE "how" must be resume or undo, not ${how}`);
  }
});

test('the mistakes that were swallowed, or thrown in the engine’s words', async () => {
  const module = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  const cases: [run: () => unknown, code: 'TYPE' | 'VALUE', message: string][] = [
    [
      () => hostDir('.', { readonly: true } as Any),
      'VALUE',
      '"options.readonly" is unknown; the options are readOnly, ',
    ],
    [() => new WASI({ preopens: ['/'] as Any }), 'TYPE', '"options.preopens" must be Object, not Array'],
    [() => new WASI({ preopens: new Map([['/', store]]) as Any }), 'TYPE', 'not Map'],
    [() => new WASI({ preopen: { '/': store } } as Any), 'VALUE', 'preopens, '],
    [() => new WASI({ preopens: { '/a': 5 as Any } }), 'TYPE', '"options.preopens./a" must be a memfs Volume, '],
    [
      () => new core.WASI({ preopens: { '/a': '.' as Any } }),
      'TYPE',
      '"options.preopens./a" must be Server|Backend, not String',
    ],
    [
      () => new core.WASI({ preopens: { '/a': '.' as Any }, namespace }),
      'TYPE',
      '"options.preopens./a" must be Server|Backend, not String',
    ],
    [() => new WASI({ env: ['A=1'] as Any }), 'TYPE', '"options.env" must be Object, not Array'],
    [() => new WASI({ env: { A: 1 } as Any }), 'TYPE', '"options.env.A" must be string, not 1'],
    [() => ram({ capacity: '5' } as Any), 'TYPE', '"options.capacity" must be number, not String'],
    [() => ram({ capacity: -5 }), 'VALUE', '"options.capacity" must be number, not -5'],
    [() => new Server(undefined as Any), 'TYPE', '"backend" must be Backend, not Undefined'],
    [() => new WASI({ stdout: 999 }), 'VALUE', '"options.stdout" must be an open descriptor, not 999'],
    [() => new WASI({ stdin: -1 }), 'VALUE', '"options.stdin"'],
    [() => new core.WASI({ stdin: 5 as Any }), 'TYPE', '"options.stdin" must be string|Uint8Array|function, not 5'],
    [() => new WASI({ args: 'x' as Any }), 'TYPE', '"options.args" must be Array, not String'],
    [() => new WASI({ args: ['a', 5] as Any }), 'TYPE', '"options.args" must be string, not 5'],
    [() => new WASI({ args: ['a\0b'] }), 'VALUE', 'NUL'],
    [() => new WASI({ trace: true as Any }), 'TYPE', '"options.trace" must be Tracer, not Boolean'],
    [
      () => new WASI().finalizeBindings({ exports: {} } as Any, { memry: 1 } as Any),
      'VALUE',
      '"options.memry" is unknown; the options are memory',
    ],
    [
      () => new WASI({ tty: { stdn: true } as Any }),
      'VALUE',
      '"options.tty.stdn" is unknown; the options are stdin, stdout, stderr',
    ],
    [() => new WASI({ version: 'unstable' as Any }), 'VALUE', '"options.version"'],
    [() => new WASI().start(module as Any), 'TYPE', '"instance.exports" must be Object, not Undefined'],
    [() => new WASI().initialize(undefined as Any), 'TYPE', '"instance.exports"'],
    [() => overlay({ lower: '.' as Any }), 'TYPE', '"options.lower" must be Backend, not String'],
    [() => overlay({} as Any), 'TYPE', '"options.lower"'],
    [() => overlay(undefined as Any), 'TYPE', '"options"'],
    [() => overlay({ lower: store, upper: store }), 'VALUE', 'two backends'],
    [() => over((merged) => merged.commit('durable' as Any)), 'TYPE', '"options" must be Object, not String'],
    [() => over((merged) => merged.commit({ durable: 1 } as Any)), 'TYPE', '"options.durable" must be boolean, not 1'],
    [() => over((merged) => merged.commit({ durably: true } as Any)), 'VALUE', 'the options are durable'],
  ];
  for (const [run, code, message] of cases)
    assert.match(
      await thrown(run),
      new RegExp(`^ERR_INVALID_ARG_${code} .*${message.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`),
    );
});

test('what was right before is right', () => {
  closed(new WASI({ env: process.env, args: [], preopens: Object.freeze({ '/': store }), returnOnExit: false }));
  closed(ram({ capacity: Infinity }));
  closed(ram({ capacity: 0 }));
});

test.run();
