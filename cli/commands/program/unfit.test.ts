// Tries modules that compile but cannot be started: each reason has its sentence.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { moduleWith } from '../../wasm-testing.ts';
import { whyUnfit } from './unfit.ts';

type Shape = Parameters<typeof moduleWith>[0];

function why(shape: Shape): string | undefined {
  return whyUnfit('p.wasm', new WebAssembly.Module(moduleWith(shape)));
}

const ONLY = 'but only the 46 functions of wasi_snapshot_preview1 are supported';
const GENERIC = 'build it for wasm32-wasip1, or start it from a JavaScript program that has these functions';

test('a program of WASI preview1 is fit', () => {
  assert.is(why({ imports: ['wasi_snapshot_preview1.sched_yield'] }), undefined);
});

test('foreign imports are named, with a way out', () => {
  const cases: readonly (readonly [imports: readonly string[], listed: string, hint: string])[] = [
    [['env.now'], 'env.now', GENERIC],
    [['env.a', 'x.b', 'y.c', 'z.d', 'z.e'], 'env.a, x.b, y.c and 2 more', GENERIC],
    [['wasi_snapshot_preview1.sched_yield', 'env.now'], 'env.now', GENERIC],
    [
      ['wasi_unstable.fd_write'],
      'wasi_unstable.fd_write',
      'it was built for the predecessor of WASI preview1; build it again with a current toolchain',
    ],
    [
      ['wasi:cli/environment@0.2.0.get-arguments'],
      'wasi:cli/environment@0.2.0.get-arguments',
      'it is the core of a component; build it for wasm32-wasip1',
    ],
    [['wasi.thread-spawn'], 'wasi.thread-spawn', 'threads are off: leave out -S threads=n'],
    [['gojs.runtime'], 'gojs.runtime', 'it was built for JavaScript; build it with GOOS=wasip1 GOARCH=wasm'],
    ...['wbg.__wbg_log', '__wbindgen_placeholder__.x', './app_bg.js.x'].map(
      (name) => [[name], name, 'it was built by wasm-bindgen for JavaScript; build it for wasm32-wasip1'] as const,
    ),
    ...['env.emscripten_resize_heap', 'env.invoke_ii', 'a.b'].map(
      (name) => [[name], name, 'it was built by Emscripten for JavaScript; build it with -sSTANDALONE_WASM'] as const,
    ),
    [
      ['rb-js-abi-host.eval-js: func(code: string) -> result'],
      'rb-js-abi-host.eval-js: func(code: string) -> result',
      'this build of Ruby needs a JavaScript program as its host; use one without the gem js',
    ],
  ];
  for (const [imports, listed, hint] of cases) {
    assert.is(why({ imports }), `p.wasm cannot be started: it imports ${listed}, ${ONLY}: ${hint}.`);
  }
  assert.is(
    why({ imports: ['wasi_snapshot_preview1.sock_open'] }),
    'p.wasm cannot be started: it imports wasi_snapshot_preview1.sock_open, ' +
      `but wasi_snapshot_preview1 has no such function: ${GENERIC}.`,
  );
  assert.is(
    why({ imports: ['wasi_snapshot_preview1.toString'] })?.includes('no such function'),
    true,
    'names of JavaScript are no functions of WASI',
  );
  assert.ok(why({ imports: [`env.${'a'.repeat(5000)}`] })!.length < 400);
});

test('missing exports, and modules that are not linked', () => {
  const cases: readonly (readonly [Shape, string])[] = [
    [
      { exports: ['memory'] },
      'p.wasm cannot be started: it exports no _start function: link it as a program, with a main function.',
    ],
    [
      { exports: ['memory', '_initialize'] },
      'p.wasm cannot be started: it is a reactor (it exports _initialize, not _start): ' +
        'a JavaScript program runs it, with initialize().',
    ],
    [
      { exports: ['memory', '_initialize', '_start'] },
      'p.wasm cannot be started: it exports both _start and _initialize: link it as a program only.',
    ],
    [{ exports: ['_start'] }, 'p.wasm cannot be started: it exports no memory: link it with --export-memory.'],
    [
      { custom: 'linking', imports: ['env.puts'] },
      'p.wasm is an object file, not a program: link it (wasi9p cc p.wasm -o PROGRAM.wasm).',
    ],
    [
      { custom: 'dylink.0', imports: ['env.puts'] },
      'p.wasm is a shared library, not a program: link a program without -shared.',
    ],
  ];
  for (const [shape, sentence] of cases) assert.is(why(shape), sentence);
});

test.run();
