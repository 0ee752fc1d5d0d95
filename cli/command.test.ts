// Wrong command lines: each is answered by one sentence that has the cause and the way out.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bundleToRun } from '../build/bundle.mjs';
import { bundle } from './testing.ts';
import { COUNTING, moduleWith } from './wasm-testing.ts';

const command = suite('wasi9p');
let scratch = '';
let cli = '';
let many = '';

command.before(async () => {
  scratch = fs.mkdtempSync(join(tmpdir(), 'wasi9p-command-'));
  fs.mkdirSync(join(scratch, 'data'));
  fs.writeFileSync(join(scratch, 'data', 'one.txt'), '1');
  fs.writeFileSync(join(scratch, 'prog.wasm'), COUNTING);
  fs.writeFileSync(join(scratch, 'app'), COUNTING);
  fs.writeFileSync(join(scratch, 'text.wasm'), 'no module');
  cli = await bundle();
  [many = ''] = await bundleToRun(['cli/many-testing.ts'], 'command-lines');
});

command.after(() => {
  fs.rmSync(scratch, { recursive: true });
  fs.rmSync(dirname(cli), { recursive: true });
});

function wasi9p(argv: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...argv], { cwd: scratch, encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** Runs many command lines in one process. */
function answers(lines: readonly (readonly string[])[]) {
  const argv = [many, JSON.stringify(lines)];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { cwd: scratch, encoding: 'utf8' });
  assert.is(status, 0, stderr);
  const [outs, errs] = [stdout.split('\0'), stderr.split('\0')];
  assert.equal([outs.length, errs.length], [lines.length + 1, lines.length + 1]);
  return lines.map((line, i) => ({ line, out: outs[i]!, stderr: errs[i]! }));
}

/** Checks that each command line ends with status 2 and this sentence. */
function wrong(title: string, topic: string, cases: readonly (readonly [readonly string[], string])[]): void {
  command(title, () => {
    for (const [i, { line, out, stderr }] of answers(cases.map(([argv]) => argv)).entries()) {
      assert.is(stderr, `wasi9p: ${cases[i]![1]}\nTry: wasi9p help${topic && ` ${topic}`}\n`, line.join(' '));
      assert.is(out, '2', line.join(' '));
    }
  });
}

wrong('a wrong line of serve', 'serve', [
  [['serve'], 'There is nothing to serve: add --dir HOST, --mem / or --export NAME=MOUNT.'],
  [['serve', 'data'], 'data is one word too many: wasi9p serve --dir data serves a directory.'],
  [['serve', '--dri', 'data'], 'Unknown option --dri: did you mean --dir HOST[::GUEST[::ro][::cached]]?'],
  [['serve', '--ro=x', '--mem', '/'], '--ro takes no value: leave out =x.'],
  [
    ['serve', '--dir', 'data::ro'],
    "--dir data::ro: ro stands in place of the program's path: write --dir data::data::ro, or --dir data::./ro for a path of that name.",
  ],
  [
    ['serve', '--mem', '/', '--listen', 'udp:127.0.0.1:1'],
    '--listen udp:127.0.0.1:1: invalid value, expected tcp:HOST:PORT, unix:PATH, ws:HOST:PORT, tls:HOST:PORT, wss:HOST:PORT, stdio.',
  ],
  [
    ['serve', '--mem', '/', '--listen', 'tcp:127.0.0.1:65536'],
    '--listen tcp:127.0.0.1:65536: invalid value, expected tcp:HOST:PORT, unix:PATH, ws:HOST:PORT, tls:HOST:PORT, wss:HOST:PORT, stdio.',
  ],
  [
    ['serve', '--mem', '/', '--listen', 'tls:0.0.0.0:1'],
    '--tls-key FILE is missing: --listen tls: and wss: need a key and a certificate.',
  ],
  [['serve', '--mem', '/', '--tls-key', 'x'], '--tls-key is for --listen tls:HOST:PORT: add it.'],
  [['serve', '--mem', '/', '--token', 'x'], '--token is for --listen ws:HOST:PORT: add it.'],
  [['serve', '--mem', '/', '--origin', 'x'], '--origin is for --listen ws:HOST:PORT: add it.'],
  [['serve', '--export', 'data'], '--export data: invalid value, expected NAME=MOUNT, such as src=dir:./src.'],
  [['serve', '--export', 'a=tar:'], '--export a=tar:: write --export a=tar:HOST.'],
  [['serve', '--mem', '/', '--max-clients', '0'], '--max-clients 0: invalid value, expected a number above 0.'],
  [['serve', '--mem', '/', '--msize', '100'], '--msize 100: invalid value, expected 512 to 64M.'],
  [['serve', '--mem', '/', '--msize', 'x'], '--msize x: invalid value, expected a size such as 512K or 1M.'],
  [
    ['serve', '--mem', '/', '--idle-timeout', 'x'],
    '--idle-timeout x: invalid value, expected a time such as 10s or 500ms, at most 24 days.',
  ],
  [
    ['serve', '--mem', '/', '--mem', '/a', '--export', 'a=mem:1M'],
    '--mem /a=1M: /a is already a mount point: give another path.',
  ],
]);

wrong('a wrong command', '', [
  [[], 'Missing command: wasi9p COMMAND or wasi9p PROGRAM.wasm.'],
  [[''], "The command '' is empty: wasi9p COMMAND or wasi9p PROGRAM.wasm."],
  [['walk'], 'Unknown command walk.'],
  [['runn'], 'Unknown command runn: did you mean run?'],
  [['rnu', 'prog.wasm'], 'Unknown command rnu: did you mean run?'],
  [['RUN'], 'Unknown command RUN: did you mean run?'],
  [['exec'], 'Unknown command exec: did you mean run?'],
  [['gcc', 'a.c'], 'Unknown command gcc: did you mean cc?'],
  [['comit'], 'Unknown command comit: did you mean commit?'],
  [['version'], 'Unknown command version: did you mean --version?'],
  [['--versoin'], 'Unknown command --versoin: did you mean --version?'],
  [['--hlep'], 'Unknown command --hlep: did you mean --help?'],
  [['prog'], 'Unknown command prog: did you mean prog.wasm?'],
  [['data'], 'data is neither a command nor a program: wasi9p ls data lists it.'],
  [['help', 'runn'], 'Unknown command runn: did you mean run?'],
  [['help', 'walk'], 'Unknown command walk.'],
  [['help', 'prog.wasm'], 'Unknown command prog.wasm.'],
  [['help', ''], "The command '' is empty: wasi9p help COMMAND."],
  [['help', 'run', 'cc'], 'help takes one command: wasi9p help run.'],
]);

wrong('wrong options and operands of run', 'run', [
  [['run'], 'Missing program: wasi9p run PROGRAM.wasm.'],
  [
    ['run', '--tar', 'text.wasm::/t', 'prog.wasm'],
    '--tar text.wasm::/t: text.wasm cannot be read: this is not a tar archive: its first 512 bytes are not a tar header; give a whole .tar or .tar.gz file.',
  ],
  [['run', '--'], 'Missing program: wasi9p run PROGRAM.wasm.'],
  [['run', '--what', 'prog.wasm'], 'Unknown option --what.'],
  [['--what', 'prog.wasm'], 'Unknown option --what.'],
  [['run', '--dri', '.', 'prog.wasm'], 'Unknown option --dri: did you mean --dir HOST[::GUEST[::ro][::cached]]?'],
  [['run', '-dir', '.', 'prog.wasm'], 'Unknown option -dir: did you mean --dir HOST[::GUEST[::ro][::cached]]?'],
  [['run', '--version'], 'Unknown option --version.'],
  [['run', '-x', 'prog.wasm'], 'Unknown option -x.'],
  [['run', '-v', '.:/a', 'prog.wasm'], 'Unknown option -v: did you mean --dir HOST[::GUEST[::ro][::cached]]?'],
  [['run', '-e', 'A=1', 'prog.wasm'], 'Unknown option -e: did you mean --env NAME[=VALUE]?'],
  [['run', '--dir'], '--dir needs a value: write --dir HOST[::GUEST[::ro][::cached]].'],
  [['run', '--diff=1', 'prog.wasm'], '--diff takes no value: leave out =1.'],
  [
    ['run', '--dir', '--diff', 'prog.wasm'],
    '--dir needs a value, not the option --diff: write --dir HOST[::GUEST[::ro][::cached]].',
  ],
  [['run', '--dir', 'dta', 'prog.wasm'], '--dir dta: the directory dta does not exist: did you mean data?'],
  [['run', '--dir', '.:/a', 'prog.wasm'], '--dir .:/a: write --dir .::/a, with two colons between the paths.'],
  [
    ['run', '--dir', 'prog.wasm', 'prog.wasm'],
    '--dir prog.wasm: prog.wasm is a file, not a directory: give the directory that contains it.',
  ],
  [
    ['run', '--dir', 'a::b::c::d', 'prog.wasm'],
    '--dir a::b::c::d: invalid value, expected HOST, HOST::GUEST, HOST::GUEST::ro or HOST::GUEST::cached.',
  ],
  [['run', '--diff', 'prog.wasm'], '--diff needs an overlay: add --overlay HOST::GUEST.'],
  [
    ['run', '--overlay', 'data::/w', '--commit=now', 'prog.wasm'],
    '--commit=now: invalid value, expected --commit or --commit=durable.',
  ],
  [
    ['run', '--dir', 'data::/tmp', '--mem', '/tmp/', 'prog.wasm'],
    '--mem /tmp/: /tmp is already a mount point: give another path.',
  ],
  [['run', ''], "The program '' is empty: wasi9p run PROGRAM.wasm."],
  [['run', '--env', '=x', 'prog.wasm'], '--env =x: the name is missing: write --env NAME=VALUE.'],
  [
    ['run', '--dir', 'prog.wasm'],
    'Missing program, because prog.wasm is the value of --dir: wasi9p run --dir HOST[::GUEST[::ro][::cached]] PROGRAM.wasm.',
  ],
  [
    ['run', '--trace', 'out.txt', 'prog.wasm'],
    'out.txt was taken for the program, for a value of --trace is joined by =: write --trace=out.txt PROGRAM.wasm.',
  ],
  [
    ['--trace', 'data/one.txt', 'prog.wasm'],
    'data/one.txt was taken for the program, for a value of --trace is joined by =: write --trace=data/one.txt PROGRAM.wasm.',
  ],
  [
    ['run', '--overlay', 'data::/w', '--commit', 'durable', 'prog.wasm'],
    'durable was taken for the program, for a value of --commit is joined by =: write --commit=durable PROGRAM.wasm.',
  ],
  [['run', '--trace=a', '--trace=b', 'prog.wasm'], '--trace is given twice, with different files: give one.'],
]);

wrong('wrong values of the options of run that it shares with wasmtime', 'run', [
  [
    ['run', '--timeout', '5x', 'prog.wasm'],
    '--timeout 5x: invalid value, expected a time such as 10s or 500ms, at most 24 days.',
  ],
  [['run', '--stack', '1.5M', 'prog.wasm'], '--stack 1.5M: invalid value, expected a size such as 16M or 1G.'],
  [
    ['run', '--argv0', 'a', '--argv0', 'b', 'prog.wasm'],
    '--argv0 is given twice, with different values: give it once.',
  ],
  [
    ['run', '-W', 'prog.wasm'],
    'Missing program, because prog.wasm is the value of -W: wasi9p run -W KEY[=VALUE][,…] PROGRAM.wasm.',
  ],
  [['run', '-S', 'cwd=/x', 'prog.wasm'], '-S cwd=/x: run begins at its root: use --host, or wasi9p wasmtime.'],
  [['run', '--host', '--dir', 'data::/', 'prog.wasm'], '--host grants the root: leave out the other mount at /.'],
  [['run', '--verbose', 'cc', 'a.c'], 'The options of wasmtime and for limits cannot be used with cc: leave them out.'],
  [['run', '-W'], '-W needs a value: write --wasm KEY[=VALUE][,…].'],
]);

wrong('wrong options and operands of wasmtime', 'wasmtime', [
  [['wasmtime'], 'Missing program: wasi9p wasmtime [OPTIONS] [run] [OPTIONS] PROGRAM [ARGUMENTS].'],
  [['wasmtime', 'run', ''], "The program '' is empty: wasi9p wasmtime [OPTIONS] [run] [OPTIONS] PROGRAM [ARGUMENTS]."],
  [['wasmtime', 'serve', 'prog.wasm'], 'wasmtime serve is not supported: wasi9p wasmtime runs programs only.'],
  [['wasmtime', '--dri', '.', 'prog.wasm'], 'Unknown option --dri: did you mean --dir HOST[::GUEST]?'],
  [['wasmtime', '--timeout', '1s', 'prog.wasm'], 'Unknown option --timeout.'],
  [
    ['wasmtime', '-W', 'max-wsm-stack=1', 'prog.wasm'],
    'Unknown option -W max-wsm-stack: did you mean -W max-wasm-stack?',
  ],
  [['wasmtime', '-W', 'simd,,gc', 'prog.wasm'], '-W has an empty option: write -W KEY[=VALUE][,…].'],
  [
    ['wasmtime', '-W', 'timeout=x', 'prog.wasm'],
    '-W timeout=x: invalid value, expected a time such as 10s or 500ms, at most 24 days.',
  ],
  [['wasmtime', '-W', 'max-memory-size', 'prog.wasm'], '-W max-memory-size: invalid value, expected a number.'],
  [['wasmtime', '-W', 'fuel=5', 'prog.wasm'], '-W fuel=5: not supported: instructions are not counted.'],
  [['wasmtime', '-Sthreads=maybe', 'prog.wasm'], '-S threads=maybe: invalid value, expected y or n.'],
  [['wasmtime', '-S', 'tcplisten', 'prog.wasm'], '-S tcplisten: the value is missing: -S tcplisten=HOST:PORT.'],
  [
    ['wasmtime', '-S', 'listenfd', 'prog.wasm'],
    '-S listenfd: not supported: sockets of this process are not passed on; -S tcplisten makes one.',
  ],
  [['wasmtime', '-S', 'inherit-env=maybe', 'prog.wasm'], '-S inherit-env=maybe: invalid value, expected y or n.'],
  [['wasmtime', '-S', 'cwd', 'prog.wasm'], '-S cwd: the value is missing: -S cwd=PATH.'],
  [['wasmtime', '-S', 'cwd=/x', 'prog.wasm'], '-S cwd=/x: no --dir grants it.'],
  [
    ['wasmtime', '--preload', 'a=b.wasm', 'prog.wasm'],
    '--preload a=b.wasm: not supported: modules are not linked; link them into one program.',
  ],
  [
    ['wasmtime', '--invoke', 'nothing'],
    'Missing program: wasi9p wasmtime [OPTIONS] [run] [OPTIONS] PROGRAM [ARGUMENTS].',
  ],
]);

wrong('wrong options and operands of wazero', 'wazero', [
  [['wazero'], 'Missing command: wazero run PROGRAM.'],
  [['wazero', 'rnu', 'prog.wasm'], 'Unknown command rnu of wazero: did you mean run?'],
  [['wazero', 'prog.wasm'], 'Unknown command prog.wasm of wazero: only run is one.'],
  [['wazero', 'run', '-muont', '.', 'prog.wasm'], 'Unknown option -muont: did you mean -mount HOST[:GUEST][:ro]?'],
  [
    ['wazero', 'run', '-listen', ':80', 'prog.wasm'],
    'listen: not supported: sockets are made by wasi9p wasmtime -S tcplisten only.',
  ],
]);

wrong('wrong operands of shims', 'shims', [
  [['shims'], 'Missing directory: wasi9p shims DIR.'],
  [['shims', 'a', 'b'], 'b is one word too many: wasi9p shims a.'],
]);

wrong('wrong operands of commit', 'commit', [
  [
    ['commit'],
    'Missing --resume or --undo: "wasi9p commit --resume DIR" completes the commit, "wasi9p commit --undo DIR" undoes it.',
  ],
  [
    ['commit', 'data'],
    'Missing --resume or --undo: "wasi9p commit --resume data" completes the commit, "wasi9p commit --undo data" undoes it.',
  ],
  [['commit', '--resume'], '--resume needs a value: write --resume DIR.'],
  [['commit', '--resume', 'data', '--undo', 'data'], 'A commit is completed or undone: give --resume or --undo, once.'],
  [['commit', '--undo', 'data', 'more'], 'more is one word too many: write "wasi9p commit --undo data".'],
  [
    ['commit', '.'],
    'Missing --resume or --undo: "wasi9p commit --resume ." completes the commit, "wasi9p commit --undo ." undoes it.',
  ],
  [
    ['commit', '--undo', 'nothing-like-it'],
    '--undo nothing-like-it: the directory nothing-like-it does not exist: give the directory whose commit was interrupted.',
  ],
  [['commit', '--undo', 'dat'], '--undo dat: the directory dat does not exist: did you mean data?'],
  [
    ['commit', '--undo', 'text.wasm'],
    '--undo text.wasm: text.wasm is a file, not a directory: give the directory that contains it.',
  ],
]);

wrong('wrong operands of cp', 'cp', [
  [['cp'], 'cp needs at least 2 operands, not 0: wasi9p cp [OPTIONS] PLACE… PLACE'],
  [['cp', 'data'], 'cp needs at least 2 operands, not 1: wasi9p cp [OPTIONS] PLACE… PLACE'],
  [['cp', 'data', ''], "The path '' is empty: the current directory is ."],
  [['cp', '-R', 'data', 'copy'], 'Unknown option -R: did you mean -r?'],
]);

command('ls reports an archive that it cannot read, and lists the others', () => {
  fs.writeFileSync(join(scratch, 'a.zip'), 'PK');
  assert.equal(wasi9p(['ls', 'dat', 'none.tar:', 'text.wasm:x', 'a.zip:x', 'data/one.txt']), {
    status: 1,
    stdout: 'data/one.txt\n',
    stderr: `wasi9p ls: dat: no such file or directory: did you mean data?
wasi9p ls: none.tar:: none.tar cannot be read: no such file or directory.
wasi9p ls: text.wasm:x: no such file or directory.
wasi9p ls: a.zip:x: a.zip is not supported: only .tar, .tar.gz and .tgz archives are; unpack it first.
`,
  });
});

command('run may be left out', () => {
  for (const argv of [
    ['prog.wasm', 'a', '--b'],
    ['./prog.wasm', '--dirs', '.'],
    ['app', 'a', 'b'],
    ['--dir', '.', 'prog.wasm', 'a', 'b'],
    ['--mem=/m', 'app', '--', 'a', 'b'],
  ]) {
    assert.equal(wasi9p(argv), { status: 3, stdout: '', stderr: '' }, argv.join(' '));
  }
});

command('a program that cannot be started ends with a sentence and status 1', () => {
  const cases: [string[], string][] = [
    [['none.wasm'], 'none.wasm does not exist: give the .wasm file of a program.'],
    [['./prog'], './prog does not exist: did you mean prog.wasm?'],
    [['run', 'data'], 'data is a directory: give the .wasm file of a program.'],
    [['text.wasm'], 'text.wasm is a text file, not a WebAssembly module: give the .wasm file of a program.'],
    [['data/one.txt'], 'data/one.txt is a text file, not a WebAssembly module: give the .wasm file of a program.'],
    [['run', '--trace', 'none.wasm'], 'none.wasm does not exist: give the .wasm file of a program.'],
    [['run', '-'], '- is empty: give the .wasm file of a program.'],
    [['-'], '- is empty: give the .wasm file of a program.'],
    [['run', '--', '--trace', 'x'], '--trace does not exist: give the .wasm file of a program.'],
    [
      ['foreign.wasm'],
      'foreign.wasm cannot be started: it imports env.now, but only the 46 functions of wasi_snapshot_preview1 are ' +
        'supported: build it for wasm32-wasip1, or start it from a JavaScript program that has these functions.',
    ],
    [
      ['reactor.wasm'],
      'reactor.wasm cannot be started: it is a reactor (it exports _initialize, not _start): a JavaScript program ' +
        'runs it, with initialize().',
    ],
  ];
  fs.writeFileSync(join(scratch, 'foreign.wasm'), moduleWith({ imports: ['env.now'] }));
  fs.writeFileSync(join(scratch, 'wrong.wasm'), moduleWith({ imports: ['wasi_snapshot_preview1.fd_close'] }));
  fs.writeFileSync(join(scratch, 'reactor.wasm'), moduleWith({ exports: ['memory', '_initialize'] }));
  for (const [i, { line, out, stderr }] of answers(cases.map(([argv]) => argv)).entries()) {
    assert.equal([out, stderr], ['1', `wasi9p: ${cases[i]![1]}\n`], line.join(' '));
  }
  const { status, stderr } = wasi9p(['wrong.wasm']);
  assert.is(status, 1);
  assert.match(
    stderr,
    /^wasi9p: wrong\.wasm cannot be started: an import has another type than in WASI preview1; build it with a current toolchain \(.*fd_close.*\)\.\n$/,
  );
});

command('a module with a line #! is a command', () => {
  const file = join(scratch, 'script');
  fs.writeFileSync(file, Buffer.concat([Buffer.from('#!/usr/bin/env wasi9p\n'), COUNTING]));
  assert.equal(wasi9p([file, 'a', '--', 'b']), { status: 4, stdout: '', stderr: '' });
  fs.chmodSync(file, 0o755);
  fs.mkdirSync(join(scratch, 'bin'));
  fs.writeFileSync(join(scratch, 'bin', 'wasi9p'), `#!/bin/sh\nexec "${process.execPath}" "${cli}" "$@"\n`, {
    mode: 0o755,
  });
  const env = { PATH: `${join(scratch, 'bin')}:${process.env['PATH']}` };
  assert.is(spawnSync(file, ['a', '--dir'], { env }).status, 3);
  const granted = `#!/usr/bin/env -S wasi9p run --dir ${join(scratch, 'data')}::/d\n`;
  fs.writeFileSync(file, Buffer.concat([Buffer.from(granted), COUNTING]));
  assert.is(spawnSync(file, ['a', 'b', 'c'], { env }).status, 4);
});

command('the version has several spellings', () => {
  for (const word of ['--version', '-v', '-V']) assert.match(wasi9p([word]).stdout, /^wasi9p \d+\.\d+\.\d+\n$/);
});

command('the help has several spellings', () => {
  const { stdout } = wasi9p(['help']);
  assert.match(stdout, /^Usage: wasi9p COMMAND …\n {7}wasi9p PROGRAM\.wasm …\n\n {2}run PROGRAM\.wasm {2}/);
  for (const argv of [['--help'], ['-h'], ['help', 'help'], ['help', '--help'], ['help', '--version'], ['-h', '-h']]) {
    assert.equal(wasi9p(argv), { status: 0, stdout, stderr: '' }, argv.join(' '));
  }
  const run = wasi9p(['help', 'run']);
  for (const argv of [
    ['run', '--help'],
    ['run', '-h'],
    ['--help', 'run'],
  ]) {
    assert.equal(wasi9p(argv), run, argv.join(' '));
  }
});

command.run();
