// Tries the command lines that toolchains write, each as its sources write it, against the reader.
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { UsageError } from '../lib/options.ts';
import { inScratch } from '../testing.ts';
import { environmentOf } from './apply.ts';
import { readLine, type Grammar, type Line } from './grammar.ts';
import { GROUPS } from './groups.ts';
import { OTHERS } from './others.ts';
import { WASMTIME, wasmtimeOf } from './wasmtime.ts';

const GRAMMARS = new Map<string, Grammar>([WASMTIME, ...OTHERS].map((grammar) => [grammar.name, grammar]));

/** The plan of a line; members that are not listed are those of an empty plan. */
interface Expected {
  readonly program: string;
  readonly args?: readonly string[];
  /** `HOST GUEST`, in order. */
  readonly grants?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly argv0?: string | null;
  readonly stack?: number;
  readonly timeout?: number;
  readonly maxMemory?: number;
  readonly inheritEnv?: boolean;
  readonly unused?: readonly string[];
}

function read(words: readonly string[]): Line {
  const [name = '', ...argv] = words;
  return readLine(GRAMMARS.get(name)!, argv);
}

function shown({ plan, program, args }: Line): Required<Expected> {
  return {
    ...{ program, args },
    grants: plan.grants.map(({ host, guest, readOnly }) => `${host} ${guest}${readOnly === true ? ' ro' : ''}`),
    env: Object.fromEntries(plan.env),
    argv0: plan.argv0,
    stack: plan.stack ?? 0,
    timeout: plan.timeout?.ms ?? 0,
    maxMemory: plan.maxMemory ?? 0,
    inheritEnv: plan.inheritEnv,
    unused: plan.unused,
  };
}

const EMPTY = { args: [], grants: [], env: {}, stack: 0, timeout: 0, maxMemory: 0, inheritEnv: false, unused: [] };

/** The toolchain, its line, and what it says. A word of a line holds no blank. */
const LINES: readonly (readonly [toolchain: string, line: string, expected: Expected])[] = [
  [
    'Go, with wasmtime',
    'wasmtime run --dir=/ --env PWD=/src/pkg --env PATH=/bin -W max-wasm-stack=8388608 /tmp/go-build1/b001/pkg.test -test.paniconexit0 -test.timeout=10m0s -test.run=^Test$',
    {
      program: '/tmp/go-build1/b001/pkg.test',
      args: ['-test.paniconexit0', '-test.timeout=10m0s', '-test.run=^Test$'],
      grants: ['/ /'],
      env: { PWD: '/src/pkg', PATH: '/bin' },
      argv0: 'pkg.test',
      stack: 8388608,
    },
  ],
  [
    'Go, with GOWASIRUNTIMEARGS',
    'wasmtime run --dir=/ --env PWD=/ --env PATH= -W max-wasm-stack=8388608 -Sp3,http --dir=. a.out --dir=x',
    {
      program: 'a.out',
      args: ['--dir=x'],
      grants: ['/ /', '. .'],
      env: { PWD: '/', PATH: '' },
      argv0: 'a.out',
      stack: 8388608,
      unused: ['-S p3', '-S http'],
    },
  ],
  [
    'Go, with wasmer',
    'wasmer run --dir=/ --env PWD=/src --env PATH=/bin pkg.test -- -test.v --',
    {
      program: 'pkg.test',
      args: ['-test.v', '--'],
      grants: ['/ /'],
      env: { PWD: '/src', PATH: '/bin' },
      argv0: null,
    },
  ],
  [
    'Go, with wazero',
    'wazero run -mount /:/ -env-inherit -cachedir /tmp/cache pkg.test -test.v -mount',
    {
      program: 'pkg.test',
      args: ['-test.v', '-mount'],
      grants: ['/ /'],
      inheritEnv: true,
      argv0: 'pkg.test',
      unused: ['-cachedir /tmp/cache'],
    },
  ],
  [
    'Go, with wasmedge',
    'wasmedge --dir=/ --env PWD=/src --env PATH=/bin pkg.test -test.v',
    { program: 'pkg.test', args: ['-test.v'], grants: ['/ /'], env: { PWD: '/src', PATH: '/bin' }, argv0: null },
  ],
  [
    'TinyGo',
    'wasmtime run --dir=.. --dir=../.. --dir=. --env=PWD=/abs/pkg --env K=V --dir=. --dir=/tmp/tinygo1::/tmp /tmp/tinygo1/main -test.v',
    {
      program: '/tmp/tinygo1/main',
      args: ['-test.v'],
      grants: ['.. ..', '../.. ../..', '. .', '. .', '/tmp/tinygo1 /tmp'],
      env: { PWD: '/abs/pkg', K: 'V' },
      argv0: 'main',
    },
  ],
  [
    'Zig',
    'wasmtime --dir=. .zig-cache/o/1/test.wasm --seed=0x1 --cache-dir=.zig-cache --listen=-',
    {
      program: '.zig-cache/o/1/test.wasm',
      args: ['--seed=0x1', '--cache-dir=.zig-cache', '--listen=-'],
      grants: ['. .'],
      argv0: 'test.wasm',
    },
  ],
  [
    'Zig, with --',
    'wasmtime --dir=. test.wasm -- --listen=-',
    { program: 'test.wasm', args: ['--', '--listen=-'], grants: ['. .'], argv0: 'test.wasm' },
  ],
  [
    'Swift, by wasmkit',
    'wasmkit run --dir . debug/x.xctest All.Tests/one --testing-library swift-testing',
    {
      program: 'debug/x.xctest',
      args: ['All.Tests/one', '--testing-library', 'swift-testing'],
      grants: ['. .'],
      argv0: null,
    },
  ],
  [
    'wasi-libc',
    'wasmtime --dir DIR::/ -Sinherit-network,allow-ip-name-lookup --env a=b --wasm exceptions T.wasm one',
    {
      program: 'T.wasm',
      args: ['one'],
      grants: ['DIR /'],
      env: { a: 'b' },
      argv0: 'T.wasm',
      unused: ['-S inherit-network', '-S allow-ip-name-lookup', '-W exceptions'],
    },
  ],
  ['wasi-sdk', 'wasmtime test.wasm', { program: 'test.wasm', argv0: 'test.wasm' }],
  [
    'CPython',
    'wasmtime run --wasm max-wasm-stack=16777216 --dir /src::/ --env PYTHONPATH=/build/lib python.wasm -m test',
    {
      program: 'python.wasm',
      args: ['-m', 'test'],
      grants: ['/src /'],
      env: { PYTHONPATH: '/build/lib' },
      argv0: 'python.wasm',
      stack: 16777216,
    },
  ],
  [
    'uutils',
    'wasmtime --dir=/tmp/x::/ --argv0 coreutils.wasm --env K=V target/coreutils.wasm ls -l --',
    {
      program: 'target/coreutils.wasm',
      args: ['ls', '-l', '--'],
      grants: ['/tmp/x /'],
      env: { K: 'V' },
      argv0: 'coreutils.wasm',
    },
  ],
  [
    'wasi-testsuite',
    'wasmtime --env K=V --env E= --dir ROOT::/ T.wasm first',
    { program: 'T.wasm', args: ['first'], grants: ['ROOT /'], env: { K: 'V', E: '' }, argv0: 'T.wasm' },
  ],
  [
    'cargo, rustc',
    'wasmtime /abs/target/wasm32-wasip1/debug/deps/name-0123.wasm --list --format terse',
    {
      program: '/abs/target/wasm32-wasip1/debug/deps/name-0123.wasm',
      args: ['--list', '--format', 'terse'],
      argv0: 'name-0123.wasm',
    },
  ],
  [
    'iwasm',
    'iwasm --dir=. --map-dir=/tmp::/t --env=A=1 --stack-size=65536 --heap-size=16384 -v=0 a.wasm -x',
    {
      program: 'a.wasm',
      args: ['-x'],
      grants: ['. .', '/t /tmp'],
      env: { A: '1' },
      argv0: null,
      stack: 65536,
      unused: ['--heap-size 16384', '--log-level 0'],
    },
  ],
];

for (const [toolchain, line, expected] of LINES) {
  test(`${toolchain}: ${line.slice(0, 60)}`, () => {
    assert.equal(shown(read(line.split(' '))), { ...EMPTY, argv0: null, ...expected });
  });
}

test('wasi-libc asks for threads', () => {
  const { plan } = read('wasmtime --dir D::/ --wasi threads --wasm shared-memory T.wasm'.split(' '));
  assert.equal([plan.threads, plan.needsThread, plan.unused], [true, false, ['-W shared-memory']]);
  assert.is(read(['wasmtime', '-S', 'threads=n', 'T.wasm']).plan.threads, false);
  assert.is(read(['wasmtime', 'T.wasm']).plan.threads, null);
  assert.is(read(['iwasm', '--max-threads=9', 'T.wasm']).plan.maxThreads, 9);
});

test('options may come before run and after it, and -- ends them', () => {
  const { plan, program, args } = read(['wasmtime', '--dir=a', 'run', '--dir', 'b', '--', '--dir', '--', 'c']);
  assert.equal([plan.grants.map(({ host }) => host), program, args], [['a', 'b'], '--dir', ['--', 'c']]);
  assert.is(read(['wasmtime', '--', 'run', 'x']).program, 'run');
  assert.equal(read(['wasmtime', 'run', 'run', 'run']).args, ['run']);
});

test('WASMTIME_NEW_CLI=0 asks for the line of wasmtime 13, where options may follow the program', () => {
  const old = wasmtimeOf({ WASMTIME_NEW_CLI: '0' });
  const lines: [line: string, program: string, args: string[], hosts: string[]][] = [
    ['--dir=. x.wasm -- --listen=-', 'x.wasm', ['--listen=-'], ['.']],
    ['run x.wasm --dir a --dir=b -- -- c', 'x.wasm', ['--', 'c'], ['a', 'b']],
    ['--dir=a x.wasm c --dir=b -- d', 'x.wasm', ['c', '--dir=b', '--', 'd'], ['a']],
    ['x.wasm', 'x.wasm', [], []],
  ];
  for (const [line, ...expected] of lines) {
    const { program, args, plan } = readLine(old, line.split(' '));
    assert.equal([program, [...args], plan.grants.map(({ host }) => host)], expected, line);
  }
  assert.throws(
    () => readLine(old, ['x.wasm', '--listen=-']),
    (error: unknown) => error instanceof UsageError && /Unknown option --listen/.test(error.message),
  );
  assert.throws(
    () => readLine(old, ['--dir=.']),
    (error: unknown) => error instanceof UsageError && /Missing program/.test(error.message),
  );
  assert.is(readLine(old, ['x.wasm', '--version']).asks, 'version');
  for (const env of [{}, { WASMTIME_NEW_CLI: '1' }]) {
    assert.equal(readLine(wasmtimeOf(env), ['x.wasm', '--', 'a']).args, ['--', 'a']);
  }
});

test('--mapdir is --dir the other way round', () => {
  assert.equal(shown(read(['wasmtime', '--mapdir', '/g::h', 'x'])).grants, ['h /g']);
});

test('groups are joined, apart, long, with = and with commas; the last value counts', () => {
  for (const line of [
    '-W max-wasm-stack=0x800_000',
    '-Wmax-wasm-stack=8388608',
    '-W=max-wasm-stack=8388608',
    '--wasm max-wasm-stack=8388608',
    '--wasm=simd,max-wasm-stack=8388608,gc=n',
    '-Wmax-wasm-stack=1 -W max-wasm-stack=8388608',
  ]) {
    assert.is(read(['wasmtime', ...line.split(' '), 'x']).plan.stack, 8388608, line);
  }
  const { plan } = read(['wasmtime', '-Wtimeout=1500ms,max-memory-size=65536', '-Sinherit-stdin=n,cwd=/d', 'x']);
  assert.equal([plan.timeout?.ms, plan.maxMemory, [...plan.closed], plan.cwd], [1500, 65536, [0], '/d']);
  const { plan: imports } = read(['wasmtime', '-W', 'unknown-imports-default', '-Wunknown-imports-trap=n', 'x']);
  assert.is(imports.unknownImports, 'default');
});

test('times have the units of wasmtime, and more', () => {
  const cases = { '2': 2000, '3s': 3000, '10ms': 10, '5000us': 5, '1ns': 1, '1m': 60_000, '1.5h': 5_400_000 };
  for (const [text, ms] of Object.entries(cases)) {
    assert.is(read(['wasmtime', '-W', `timeout=${text}`, 'x']).plan.timeout?.ms, ms, text);
  }
});

test('a variable without a value is inherited if it is set', () => {
  process.env['WASI9P_LINE'] = 'a=b';
  delete process.env['WASI9P_NONE'];
  try {
    const { plan } = read('wasmtime --env WASI9P_LINE --env WASI9P_NONE --env=B=1 --env B=2 x'.split(' '));
    assert.equal(environmentOf(plan), { WASI9P_LINE: 'a=b', B: '2' });
    const { plan: all } = read('wasmtime -S inherit-env --env WASI9P_LINE=c x'.split(' '));
    assert.is(environmentOf(all)['WASI9P_LINE'], 'c');
    assert.is(environmentOf(all)['PATH'], process.env['PATH']);
    const { plan: dir } = read('wasmtime -S cwd=/d --env PWD=/e x'.split(' '));
    assert.equal(environmentOf(dir), { PWD: '/e' });
  } finally {
    delete process.env['WASI9P_LINE'];
  }
});

test('a key that is refused is accepted if it is off', () => {
  for (const { letter, keys } of GROUPS) {
    for (const { name, act } of keys) {
      const line = ['wasmtime', `-${letter}`, `${name}=n`, 'x'];
      if (act === undefined) assert.equal(shown(read(line)).unused, [], name);
    }
  }
});

test('each key of a group is in one list only', () => {
  for (const { keys, unused } of GROUPS) {
    const all = [...keys.map(({ name }) => name), ...unused];
    assert.is(new Set(all).size, all.length);
  }
});

test('a configuration file has the groups as tables', () => {
  inScratch(() => {
    const file = `# limits
[wasm]
max-wasm-stack = 8_388_608 # bytes
timeout = "2s"
simd = true

[wasi]
inherit-env = true
config-var = ["a=b", 'c=d',]
[optimize]
opt-level = "s"
`;
    fs.writeFileSync('c.toml', file);
    // The command line overrides the file, wherever it is.
    const { plan } = read('wasmtime -W timeout=3s --config c.toml x'.split(' '));
    assert.equal([plan.stack, plan.timeout?.ms, plan.inheritEnv], [8388608, 3000, true]);
    assert.equal(plan.unused, ['-W simd=true', '-S config-var=a=b', '-S config-var=c=d', '-O opt-level=s']);
    const wrong: [string, RegExp][] = [
      ['simd = true\n', /line 1: the key is before the first table/],
      ['[wams]\n', /line 1: the table wams is unknown/],
      ['[wasm]\nsimd = { a = 1 }\n', /line 2 cannot be read/],
      ['[wasm]\nsimd = "a,b"\n', /line 2 cannot be read/],
      ['[wasm]\nsimd = true false\n', /line 2 cannot be read/],
      ['[wasm]\nsmid = true\n', /Unknown option -W smid: did you mean -W simd\?/],
      ['[wasm]\nfuel = 5\n', /-W fuel=5: not supported/],
    ];
    for (const [text, message] of wrong) {
      fs.writeFileSync('c.toml', text);
      assert.throws(() => read('wasmtime --config c.toml x'.split(' ')), message);
    }
    assert.throws(() => read('wasmtime --config none.toml x'.split(' ')), /none\.toml cannot be read: no such file/);
  });
});

test('help and version are answered in each place', () => {
  for (const line of [
    'wasmtime --help',
    'wasmtime -h',
    'wasmtime run --help',
    'wasmtime help',
    'wasmtime -W help',
    'wasmtime -Shelp-long',
    'wasmtime run --codegen=help',
    'wazero -h',
    'wazero run -h',
  ]) {
    assert.is(read(line.split(' ')).asks, 'help', line);
  }
  for (const line of ['wasmtime --version', 'wasmtime -V', 'wazero version', 'wasmkit --version', 'iwasm --version']) {
    assert.is(read(line.split(' ')).asks, 'version', line);
  }
});

test.run();
