// Wrong command lines: each is answered by one sentence that has the cause and the way out. Runs a bundle of main.ts.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bundle } from './testing.ts';

const command = suite('wasi9p');
let scratch = '';
let cli = '';

command.before(async () => {
  scratch = fs.mkdtempSync(join(tmpdir(), 'wasi9p-command-'));
  fs.mkdirSync(join(scratch, 'data'));
  fs.writeFileSync(join(scratch, 'data', 'one.txt'), '1');
  fs.writeFileSync(join(scratch, 'prog.wasm'), program());
  fs.writeFileSync(join(scratch, 'app'), program());
  fs.writeFileSync(join(scratch, 'text.wasm'), 'no module');
  cli = await bundle();
});

command.after(() => {
  fs.rmSync(scratch, { recursive: true });
  fs.rmSync(dirname(cli), { recursive: true });
});

/** A program that exits with the number of its arguments, its name included. */
function program(): Uint8Array {
  const text = (value: string): number[] => [value.length, ...Buffer.from(value)];
  const section = (id: number, ...items: number[]): number[] => [id, items.length, ...items];
  const imported = (name: string, type: number): number[] => [
    ...text('wasi_snapshot_preview1'),
    ...text(name),
    ...[0, type],
  ];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 3, 0x60, 2, 0x7f, 0x7f, 1, 0x7f, 0x60, 1, 0x7f, 0, 0x60, 0, 0),
    ...section(2, 2, ...imported('args_sizes_get', 0), ...imported('proc_exit', 1)),
    ...section(3, 1, 2),
    ...section(5, 1, 0, 1),
    ...section(7, 2, ...text('memory'), 2, 0, ...text('_start'), 0, 2),
    // args_sizes_get(0, 4); proc_exit(*0)
    ...section(10, 1, 16, 0, 0x41, 0, 0x41, 4, 0x10, 0, 0x1a, 0x41, 0, 0x28, 2, 0, 0x10, 1, 0x0b),
  ]);
}

function wasi9p(argv: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...argv], { cwd: scratch, encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** Checks that each command line ends with status 2 and this sentence. */
function wrong(title: string, topic: string, cases: readonly (readonly [readonly string[], string])[]): void {
  command(title, () => {
    for (const [argv, sentence] of cases) {
      const stderr = `wasi9p: ${sentence}\nTry: wasi9p help${topic && ` ${topic}`}\n`;
      assert.equal(wasi9p(argv), { status: 2, stdout: '', stderr }, argv.join(' '));
    }
  });
}

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
  [['run', '--'], 'Missing program: wasi9p run PROGRAM.wasm.'],
  [['run', '--what', 'prog.wasm'], 'Unknown option --what.'],
  [['--what', 'prog.wasm'], 'Unknown option --what.'],
  [['run', '--dri', '.', 'prog.wasm'], 'Unknown option --dri: did you mean --dir HOST[::GUEST[::ro]]?'],
  [['run', '-dir', '.', 'prog.wasm'], 'Unknown option -dir: did you mean --dir HOST[::GUEST[::ro]]?'],
  [['run', '--mapdir', '/a::.', 'prog.wasm'], 'Unknown option --mapdir: did you mean --dir HOST[::GUEST[::ro]]?'],
  [['run', '--version'], 'Unknown option --version.'],
  [['run', '-x', 'prog.wasm'], 'Unknown option -x.'],
  [['run', '--dir'], '--dir needs a value: write --dir HOST[::GUEST[::ro]].'],
  [['run', '--diff=1', 'prog.wasm'], '--diff takes no value: leave out =1.'],
  [
    ['run', '--dir', '--diff', 'prog.wasm'],
    '--dir needs a value, not the option --diff: write --dir HOST[::GUEST[::ro]].',
  ],
  [['run', '--dir', 'dta', 'prog.wasm'], '--dir dta: the directory dta does not exist: did you mean data?'],
  [['run', '--dir', '.:/a', 'prog.wasm'], '--dir .:/a: the paths are separated by two colons: --dir .::/a.'],
  [
    ['run', '--dir', 'prog.wasm', 'prog.wasm'],
    '--dir prog.wasm: prog.wasm is a file, not a directory: give the directory that contains it.',
  ],
  [
    ['run', '--dir', 'a::b::c::d', 'prog.wasm'],
    '--dir a::b::c::d: invalid value, expected HOST, HOST::GUEST or HOST::GUEST::ro.',
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
  [['run', '--trace=a', '--trace=b', 'prog.wasm'], '--trace is given twice, with different values: give it once.'],
]);

command('run may be left out', () => {
  for (const argv of [
    ['prog.wasm', 'a', '--b'],
    ['./prog.wasm', '--dir', '.'],
    ['app', 'a', 'b'],
    ['--dir', '.', 'prog.wasm', 'a', 'b'],
    ['--mem=/m', 'app', '--', 'a', 'b'],
  ]) {
    assert.equal(wasi9p(argv), { status: 3, stdout: '', stderr: '' }, argv.join(' '));
  }
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
