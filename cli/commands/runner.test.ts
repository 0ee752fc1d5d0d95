// Tries the command lines of other runtimes end to end: a program prints what it was given.
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NOT_LINUX, unless } from '../../build/test/skip.ts';
import { COUNTING, moduleWith, section, sized, wasm } from '../wasm-testing.ts';
import { cli, given, scratch, wasi9p, withProgram } from './runner-testing.ts';

const runner = suite('command lines of other runtimes');
withProgram(runner);
const linux = unless(NOT_LINUX, runner);

/** Lines of toolchains, and what the program is given. `SCRATCH` is the directory above. */
const LINES: readonly (readonly [line: string, given: string])[] = [
  [
    'wasmtime run --dir=/ --env PWD=/src --env PATH=/bin -W max-wasm-stack=8388608 pkg.test -test.v --dir=x',
    given(['pkg.test', '-test.v', '--dir=x'], ['PWD=/src', 'PATH=/bin'], ['/']),
  ],
  [
    'wasmer run --dir=/ --env PWD=/src pkg.test -- -test.v --',
    given(['pkg.test', '-test.v', '--'], ['PWD=/src'], ['/']),
  ],
  ['wazero run -mount /:/ -cachedir /tmp pkg.test -test.v', given(['pkg.test', '-test.v'], [], ['/'])],
  ['wasmedge --dir=/ --env PWD=/src pkg.test -test.v', given(['pkg.test', '-test.v'], ['PWD=/src'], ['/'])],
  [
    'wasmtime run --dir=.. --dir=../.. --dir=. --env=PWD=/p --dir=. --dir=SCRATCH::/tmp SCRATCH/pkg/show.wasm -v',
    given(['show.wasm', '-v'], ['PWD=/p'], ['..', '../..', '.', '.', '/tmp']),
  ],
  ['wasmtime --dir=. show.wasm -- --listen=-', given(['show.wasm', '--', '--listen=-'], [], ['.'])],
  ['wasmkit run --dir . ./show.wasm x', given(['./show.wasm', 'x'], [], ['.'])],
  [
    'wasmtime --dir sub::/ -Sinherit-network,allow-ip-name-lookup --env a=b --wasm exceptions show.wasm x',
    given(['show.wasm', 'x'], ['a=b'], ['/']),
  ],
  [
    'wasmtime run --wasm max-wasm-stack=16777216 --dir sub::/ --env PYTHONPATH=/l show.wasm -m test',
    given(['show.wasm', '-m', 'test'], ['PYTHONPATH=/l'], ['/']),
  ],
  [
    'wasmtime --dir=sub::/ --argv0 coreutils.wasm --env K=V show.wasm ls',
    given(['coreutils.wasm', 'ls'], ['K=V'], ['/']),
  ],
  ['iwasm --dir=. --map-dir=/s::sub --env=A=1 show.wasm -x', given(['show.wasm', '-x'], ['A=1'], ['.', '/s'])],
  ['run --dir . show.wasm a --b', given(['show.wasm', 'a', '--b'], [], ['.'])],
  [
    'run --dir . --dir . --mapdir /s::sub --argv0 me -W max-wasm-stack=8388608 -Sp3 show.wasm x',
    given(['me', 'x'], [], ['.', '/s']),
  ],
];

for (const [line, expected] of LINES) {
  runner(line, () => {
    const argv = line.replaceAll('SCRATCH', scratch).split(' ');
    assert.equal(wasi9p(argv), { status: 0, stdout: expected, stderr: '' });
  });
}

runner('the environment: what is inherited, and what is not', () => {
  const env = { HOME: '/h', K: 'x=y' };
  assert.is(wasi9p(['wasmtime', 'show.wasm'], { env }).stdout, given(['show.wasm'], [], []));
  const some = ['wasmtime', '--env', 'K', '--env', 'NONE', '--env', 'E=', 'show.wasm'];
  assert.is(wasi9p(some, { env }).stdout, given(['show.wasm'], ['K=x=y', 'E='], []));
  const { stdout } = wasi9p(['wazero', 'run', '-env-inherit', '-env', 'K=z', 'show.wasm'], { env });
  assert.match(stdout, /^env HOME=\/h$/m);
  assert.match(stdout, /^env K=z$/m);
  assert.match(wasi9p(['run', '-S', 'inherit-env', 'show.wasm'], { env }).stdout, /^env HOME=\/h$/m);
});

runner('WASMTIME_NEW_CLI=0 asks for the command line of wasmtime 13, in a thread too', () => {
  const env = { WASMTIME_NEW_CLI: '0' };
  for (const options of [[], ['-W', 'max-wasm-stack=8388608']]) {
    const argv = ['wasmtime', ...options, 'show.wasm', '--dir=sub::/', '--', '--listen=-', '--'];
    assert.is(wasi9p(argv, { env }).stdout, given(['show.wasm', '--listen=-', '--'], [], ['/']));
    assert.is(wasi9p(argv).stdout, given(['show.wasm', '--dir=sub::/', '--', '--listen=-', '--'], [], []));
  }
});

runner('the exit status is that of wasmtime', () => {
  for (const status of [0, 1, 42, 125])
    assert.is(wasi9p(['wasmtime', 'show.wasm', 'exit', `${status}`]).status, status);
  // Above 125 wasmtime answers 1; up to 255 the status is the program's here.
  assert.is(wasi9p(['wasmtime', 'show.wasm', 'exit', '255']).status, 255);
  for (const options of [[], ['-Wmax-wasm-stack=8388608']]) {
    for (const [status, as] of [
      ['256', '256'],
      ['-1', '4294967295'],
    ] as const) {
      assert.equal(wasi9p(['wasmtime', ...options, 'show.wasm', 'exit', status]), {
        status: 1,
        stdout: '',
        stderr: `wasi9p: show.wasm exited with status ${as}, which is outside of 0 to 255.\n`,
      });
    }
  }
  const trap = wasi9p(['wasmtime', 'show.wasm', 'trap']);
  assert.is(trap.status, 134);
  assert.match(trap.stderr, /show\.wasm trapped: unreachable/);
  for (const argv of [
    ['none.wasm'],
    ['text.wat'],
    ['--dir', 'none', 'show.wasm'],
    ['--dir', 'text.wat', 'show.wasm'],
  ]) {
    const { status, stdout, stderr } = wasi9p(['wasmtime', ...argv]);
    assert.equal([status, stdout], [1, ''], argv.join(' '));
    assert.match(stderr, /^wasi9p: [^\n]+\.\n$/);
  }
  assert.match(wasi9p(['wasmtime', 'text.wat']).stderr, /WebAssembly text: assemble it first, .*wat2wasm/);
  assert.is(wasi9p(['wasmtime', '--wat']).status, 2);
});

runner('of the exit status of run the lower 8 bits are kept, as by the kernel', () => {
  for (const options of [[], ['--stack', '8M']]) {
    for (const [status, kept] of [
      [255, 255],
      [256, 0],
      [257, 1],
      [-1, 255],
      [-256, 0],
    ]) {
      assert.equal(wasi9p(['run', ...options, 'show.wasm', 'exit', `${status}`]), {
        status: kept,
        stdout: '',
        stderr: '',
      });
    }
  }
});

runner('--dir .. of run is a preopen of that name, as of wasmtime, beside the root in memory', () => {
  const dirs = ['--dir', '..', '--dir', '../../.', '--dir', 'sub'];
  assert.equal(wasi9p(['run', ...dirs, 'show.wasm']), {
    status: 0,
    stdout: given(['show.wasm'], [], ['/', '..', '../..', 'sub']),
    stderr: '',
  });
  const listed = wasi9p(['run', ...dirs, 'show.wasm', 'list', '..'])
    .stdout.split('\n')
    .filter(Boolean);
  assert.equal(listed.sort(), fs.readdirSync(scratch).sort());
  assert.is(wasi9p(['run', ...dirs, 'show.wasm', 'write', '../above']).status, 0);
  assert.is(fs.readFileSync(join(scratch, 'above'), 'utf8'), 'written');
  fs.rmSync(join(scratch, 'above'));
  assert.is(wasi9p(['run', ...dirs, 'show.wasm', 'list', '/']).stdout.trim(), 'tmp');
});

runner('errors of run --mapdir name that option', () => {
  const told = (value: string): string => wasi9p(['run', '--mapdir', value, 'show.wasm']).stderr.split('\n')[0]!;
  assert.is(
    told('.::/none'),
    'wasi9p: --mapdir .::/none: the directory /none does not exist: did you mean --mapdir /none::.?',
  );
  assert.is(told('/g::none'), 'wasi9p: --mapdir /g::none: the directory none does not exist: create it first.');
  assert.is(
    told('/g::text.wat'),
    'wasi9p: --mapdir /g::text.wat: text.wat is a file, not a directory: give the directory that contains it.',
  );
  assert.is(told('a::b::c'), 'wasi9p: --mapdir a::b::c: invalid value, expected GUEST::HOST.');
  assert.match(
    wasi9p(['run', '--dir', 'sub::/g', '--mapdir', '/g::.', 'show.wasm']).stderr,
    /^wasi9p: --mapdir \/g::\.: \/g is already a mount point/,
  );
});

runner('a module may come on stdin', () => {
  const input = fs.readFileSync(join(scratch, 'pkg', 'show.wasm'));
  for (const command of ['wasmtime', 'run']) {
    const { stdout, stderr } = wasi9p([command, '-', 'a'], { input });
    assert.equal([stdout.split('\n').slice(0, 2), stderr], [['arg -', 'arg a'], '']);
  }
  assert.is(wasi9p(['wasmtime', '-W', 'max-wasm-stack=8388608', '-', 'exit', '5'], { input }).status, 5);
});

linux('the name of the program stands for the command: a symlink, a copy, any ending', () => {
  const shims = join(scratch, 'bin');
  fs.mkdirSync(shims);
  for (const name of ['wasmtime', 'my-wasmtime', 'wazero']) fs.symlinkSync(cli, join(shims, name));
  const copy = join(dirname(cli), 'other-wasmtime.js');
  fs.copyFileSync(cli, copy);
  const line = ['--dir=.', 'show.wasm', 'exit', '3'];
  for (const called of [join(shims, 'wasmtime'), join(shims, 'my-wasmtime'), copy]) {
    assert.equal(wasi9p(line, { called }), { status: 3, stdout: '', stderr: '' }, called);
    const [, version = ''] = wasi9p(['--version'], { called }).stdout.split(' ');
    assert.match(version, /^\d+\.\d+\.\d+\n$/);
    // In a thread of its own, too.
    assert.is(wasi9p(['-Wmax-wasm-stack=8388608', ...line], { called }).status, 3);
  }
  assert.is(wasi9p(['run', '-mount=.', 'show.wasm', 'exit', '4'], { called: join(shims, 'wazero') }).status, 4);
});

runner('grants of one directory are one store: files are renamed between them', () => {
  const argv = ['wasmtime', '--dir=sub::/a', '--dir=sub::/b', 'show.wasm'];
  assert.is(wasi9p([...argv, 'write', '/a/one']).status, 0);
  assert.equal(wasi9p([...argv, 'rename', '/a/one', '/b/two']), { status: 0, stdout: '', stderr: '' });
  assert.is(fs.readFileSync(join(scratch, 'pkg', 'sub', 'two'), 'utf8'), 'written');
  fs.rmSync(join(scratch, 'pkg', 'sub', 'two'));
  const readOnly = wasi9p(['wazero', 'run', '-mount', 'sub:/a:ro', 'show.wasm', 'write', '/a/one']);
  assert.is(readOnly.stdout, '/a/one: Read-only file system\n');
});

runner('-S cwd: relative paths begin there, and absolute ones stay', () => {
  const argv = ['wasmtime', '--dir=.::/p', '-S', 'cwd=/p/sub', 'show.wasm'];
  assert.is(wasi9p(argv).stdout, given(['show.wasm'], ['PWD=/p/sub'], ['/']));
  assert.is(wasi9p([...argv, 'write', 'here']).status, 0);
  assert.is(wasi9p([...argv, 'write', '/p/there']).status, 0);
  assert.equal(fs.readdirSync(join(scratch, 'pkg', 'sub')), ['here']);
  // The whole machine, and a directory of it.
  const whole = ['wasmtime', '--dir=/', '-S', `cwd=${scratch}/pkg/sub`, 'show.wasm'];
  assert.is(wasi9p([...whole, 'rename', 'here', 'moved']).status, 0);
  assert.is(wasi9p([...whole, 'write', join(scratch, 'pkg', 'more')]).status, 0);
  for (const path of ['sub/moved', 'there', 'more']) fs.rmSync(join(scratch, 'pkg', path));
});

runner('one sentence names a path that this machine has and that was not granted', () => {
  fs.writeFileSync(join(scratch, 'pkg', 'sub', 'one.txt'), '1');
  const told = (argv: readonly string[]): string => wasi9p(argv).stderr.replaceAll(scratch, 'SCRATCH');
  const asked = (path: string, dir: string): string =>
    `wasi9p: show.wasm asked for ${path}, which is not granted: --dir ${dir} grants it.\n`;
  const one = join(scratch, 'pkg', 'sub', 'one.txt');
  assert.is(told(['run', 'show.wasm', 'open', 'sub/one.txt']), asked('sub/one.txt', 'sub'));
  assert.is(told(['run', 'show.wasm', 'open', one]), asked('SCRATCH/pkg/sub/one.txt', 'SCRATCH/pkg/sub'));
  assert.is(told(['run', 'show.wasm', 'list', 'sub']), asked('sub', 'sub'));
  assert.is(told(['run', 'show.wasm', 'open', 'none', 'sub/one.txt', 'show.wasm']), asked('sub/one.txt', 'sub'));
  assert.is(told(['run', 'show.wasm', 'write', join(scratch, 'new')]), asked('SCRATCH/new', 'SCRATCH'));
  assert.is(told(['run', '--host', 'show.wasm', 'open', '/etc/passwd']), asked('/etc/passwd', '/etc'));
  assert.is(told(['run', '--mem', '/m', 'show.wasm', 'list', 'sub']), asked('sub', 'sub'));
  assert.is(
    told(['wasmtime', '--verbose', '--dir=sub::.', 'show.wasm', 'open', one]),
    asked('SCRATCH/pkg/sub/one.txt', 'SCRATCH/pkg/sub'),
  );
  // Granted paths that do not exist, paths that this machine lacks as well, and the command line of another runtime.
  for (const argv of [
    ['run', 'show.wasm', 'open', 'none', '/none/none'],
    ['run', '--dir', 'sub', 'show.wasm', 'open', 'sub/none', 'sub/one.txt'],
    ['run', '--dir', 'sub::/', 'show.wasm', 'open', '/etc/passwd', 'pkg.test'],
    ['run', '--dir', 'sub::/etc', 'show.wasm', 'open', '/etc/passwd'],
    ['run', '--host', 'show.wasm', 'open', 'none', join(scratch, 'pkg', 'none')],
    ['wasmtime', '--dir=sub::.', 'show.wasm', 'open', one],
    ['wasmtime', '--verbose', '--dir=sub::/', 'show.wasm', 'open', one],
  ]) {
    assert.is(told(argv), '', argv.join(' '));
  }
});

runner('streams can be empty', () => {
  const input = 'text';
  assert.is(wasi9p(['wasmtime', 'show.wasm', 'cat'], { input }).stdout, 'text');
  assert.is(wasi9p(['wasmtime', '-Sinherit-stdin=n', 'show.wasm', 'cat'], { input }).stdout, '');
  assert.is(wasi9p(['wasmtime', '-Sinherit-stdout=n', 'show.wasm', 'cat'], { input }).stdout, '');
});

runner('--verbose lists the options without effect', () => {
  const argv = ['-O', 'opt-level=2', '-Ccache=n', '--target', 'x', 'show.wasm', 'exit', '0'];
  assert.equal(wasi9p(['wasmtime', ...argv]), { status: 0, stdout: '', stderr: '' });
  assert.is(
    wasi9p(['wasmtime', '--verbose', ...argv]).stderr,
    'wasi9p: without effect here: -O opt-level=2, -C cache=n, --target x.\n',
  );
});

runner('--invoke calls a function with its arguments and prints its results', () => {
  const invoke = (...argv: string[]) => {
    const { status, stdout, stderr } = wasi9p(['wasmtime', '--invoke', ...argv]);
    return `${status} ${stdout}${stderr}`;
  };
  assert.is(invoke('add', 'show.wasm', '-2', '0x10'), '0 14\n');
  assert.is(invoke('half', 'show.wasm', '0.2'), '0 0.1\n');
  assert.is(invoke('half', 'show.wasm', 'inf'), '0 inf\n');
  assert.is(invoke('wide', 'show.wasm', '-1e15'), '0 -1000000000000000\n');
  assert.is(invoke('leave', 'show.wasm'), '7 left\n');
  assert.is(invoke('none', 'show.wasm'), '1 wasi9p: show.wasm exports no function none.\n');
  assert.match(invoke('add', 'show.wasm', '1'), /^2 wasi9p: --invoke add: it takes 2 arguments, not 1\.\n/);
  assert.match(
    invoke('add', 'show.wasm', 'x', '1'),
    /^2 wasi9p: --invoke add: x is not a valid value for argument 1\.\n/,
  );
});

runner('modules without _start are instantiated, as by wasmtime, and unknown imports may be replaced', () => {
  const file = (name: string, bytes: Uint8Array): string => {
    fs.writeFileSync(join(scratch, 'pkg', name), bytes);
    return name;
  };
  const reactor = file('reactor.wasm', moduleWith({ exports: ['memory', '_initialize'] }));
  assert.equal(wasi9p(['wasmtime', reactor]), { status: 0, stdout: '', stderr: '' });
  const TRAPPING = [0x00];
  const broken = file('broken.wasm', moduleWith({ exports: ['memory', '_initialize'], code: TRAPPING }));
  assert.is(wasi9p(['wasmtime', broken]).status, 134);
  // It calls its import.
  const foreign = file('foreign.wasm', moduleWith({ imports: ['env.now'], code: [0x10, 0] }));
  assert.is(wasi9p(['wasmtime', foreign]).status, 1);
  assert.is(wasi9p(['wasmtime', '-Wunknown-imports-default', foreign]).status, 0);
  const { status, stderr } = wasi9p(['run', '-W', 'unknown-imports-trap', foreign]);
  assert.is(status, 134);
  assert.match(stderr, /trapped: unknown import env\.now has been called/);
});

runner('max-memory-size: memory.grow fails beyond it, and a larger memory cannot be started', () => {
  // memory.grow(1) == -1 becomes the exit status.
  const growing = (...limits: number[]): Uint8Array =>
    wasm(
      section(1, [0x60, 1, 0x7f, 0], [0x60, 0, 0]),
      section(2, [...sized('wasi_snapshot_preview1'), ...sized('proc_exit'), 0, 0]),
      section(3, [1]),
      section(5, limits),
      section(7, [...sized('memory'), 2, 0], [...sized('_start'), 0, 1]),
      section(10, sized([0, 0x41, 1, 0x40, 0, 0x41, 0x7f, 0x46, 0x10, 0, 0x0b])),
    );
  for (const limits of [
    [0, 1],
    [1, 1, 3],
  ]) {
    fs.writeFileSync(join(scratch, 'pkg', 'grow.wasm'), growing(...limits));
    for (const [bytes, status] of [
      [131072, 0],
      [131071, 1],
      [2 ** 40, 0],
    ]) {
      assert.is(wasi9p(['wasmtime', '-W', `max-memory-size=${bytes}`, 'grow.wasm']).status, status, `${bytes}`);
    }
  }
  assert.is(wasi9p(['run', '--max-memory', '64K', 'grow.wasm']).status, 1);
  assert.equal(wasi9p(['run', '--max-memory', '32K', 'grow.wasm']), {
    status: 1,
    stdout: '',
    stderr: 'wasi9p: grow.wasm cannot be started: its memory is larger than 32768 bytes from the start.\n',
  });
  fs.writeFileSync(join(scratch, 'pkg', 'count.wasm'), COUNTING);
  assert.is(wasi9p(['run', '--max-memory', '1G', 'count.wasm', 'a']).status, 2);
});

runner.run();
