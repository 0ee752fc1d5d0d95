// Hostile names, modules and archives: the output of the command stays harmless.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bundle } from './testing.ts';
import { NOT_LINUX, unless } from '../build/test/skip.ts';

const hostile = suite('hostile words');
const linux = unless(NOT_LINUX, hostile);
let scratch = '';
let cli = '';

hostile.before(async () => {
  scratch = fs.mkdtempSync(join(tmpdir(), 'wasi9p-hostile-'));
  cli = await bundle();
});

hostile.after(() => {
  fs.rmSync(scratch, { recursive: true });
  fs.rmSync(dirname(cli), { recursive: true });
});

function wasi9p(...argv: string[]) {
  return spawnSync(process.execPath, [cli, ...argv], { cwd: scratch, encoding: 'utf8' });
}

/** Erases a line, forges another one, and reverses the direction of text. */
const EVIL = 'x\u001b[2K\u001b[1A\nwasi9p: all is well\u009b31m\u007f\u202e';
/** Matches harmless output: lines of visible characters. */
const HARMLESS = /^(?:[^\p{C}\p{Zl}\p{Zp}]|\n)*$/u;

function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)];
}

function sized(bytes: readonly number[]): number[] {
  return leb(bytes.length).concat(bytes);
}

function name(text: string): number[] {
  return sized([...Buffer.from(text)]);
}

/** Writes a module from sections, after a type () → (). */
function wasm(file: string, ...sections: (readonly [id: number, bytes: readonly number[]])[]): string {
  const type = [1, [1, 0x60, 0, 0]] as const;
  const bytes = [type, ...sections].flatMap(([id, section]) => [id, ...sized(section)]);
  fs.writeFileSync(join(scratch, file), Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...bytes]));
  return file;
}

const TRAPS = [3, 0, 0, 0x0b];
const CALLS_ZERO = [4, 0, 0x10, 0, 0x0b];

hostile('modules: names of imports, exports and functions', () => {
  const code = [10, [2, ...TRAPS, ...CALLS_ZERO]] as const;
  const functions = [3, [2, 0, 0]] as const;
  const exportsOf = (...names: string[]): readonly [number, number[]] => {
    return [7, [names.length + 1, ...names.flatMap((text, i) => [...name(text), 0, i % 2]), ...name('memory'), 2, 0]];
  };
  const memory = [5, [1, 0, 1]] as const;
  const long = EVIL + 'a'.repeat(200_000);
  const names = [0, [...name('name'), 1, ...sized([2, 0, ...name(long), 1, ...name(EVIL)])]] as const;
  const modules = [
    wasm('import.wasm', [2, [1, ...name(EVIL), ...name(long), 0, 0]]),
    wasm('twice.wasm', functions, exportsOf(EVIL, EVIL), code),
    wasm('none.wasm', functions, memory, exportsOf(EVIL), code),
    wasm('trap.wasm', functions, memory, exportsOf(EVIL, '_start'), code, names),
  ];
  for (const module of modules) {
    const { status, stderr } = wasi9p('run', module);
    assert.ok(status === 1 || status === 134, stderr);
    assert.match(stderr, HARMLESS);
    assert.not.match(stderr, /^wasi9p: all is well/m);
    assert.ok(stderr.length < 8000, `${stderr.length}`);
  }
  const { status, stderr } = wasi9p('run', 'trap.wasm');
  assert.is(status, 134, stderr);
  assert.match(
    stderr,
    /^wasi9p: trap\.wasm trapped: unreachable\n {4}at x\\033.*… \(wasm:.*\n {4}at x\\033.* \(wasm:.*\n$/,
  );
});

hostile('operands and option values of the command line', () => {
  for (const argv of [
    [EVIL],
    ['help', EVIL],
    ['run', EVIL],
    ['run', `--${EVIL}`],
    ['run', '--dir', EVIL, 'x'],
    ['run', '--tar', `${EVIL}::/t`, 'x'],
    ['run', '--env', EVIL, 'x'],
    ['run', `--trace=${EVIL}/x`, wasm('empty.wasm')],
    ['run', '-W', EVIL, 'x'],
    ['run', '--timeout', EVIL, 'x'],
    ['wasmtime', EVIL],
    ['wasmtime', '--dir', EVIL, 'x'],
    ['wasmtime', '-W', EVIL, 'x'],
    ['wasmtime', '--config', EVIL, 'x'],
    ['wazero', EVIL],
    ['shims', EVIL, EVIL],
    ['shims', `/dev/null/${EVIL}`],
    ['ls', EVIL],
    ['tree', EVIL],
    ['cat', EVIL],
    ['test', EVIL],
    ['commit', '--resume', EVIL],
    ['commit', EVIL],
    ['serve', EVIL],
    ['serve', '--dir', EVIL],
    ['cp', EVIL, EVIL],
    ['cp', EVIL, EVIL, EVIL],
    ['ls', `${EVIL}.zip:x`],
  ]) {
    const { status, stdout, stderr } = wasi9p(...argv);
    assert.ok(status === 1 || status === 2);
    assert.match(stderr, HARMLESS, argv.join(' '));
    assert.not.match(stderr, /^wasi9p: all is well/m);
    assert.is(stdout, '');
  }
});

hostile('names of JavaScript properties are plain operands', () => {
  for (const word of ['toString', 'constructor', '__proto__', 'hasOwnProperty']) {
    assert.equal(
      [wasi9p('run', word).stderr, wasi9p('help', word).stderr, wasi9p(word).stderr],
      [
        `wasi9p: ${word} does not exist: give the .wasm file of a program.\n`,
        `wasi9p: Unknown command ${word}.\nTry: wasi9p help\n`,
        `wasi9p: Unknown command ${word}.\nTry: wasi9p help\n`,
      ],
    );
  }
});

linux('a lack of descriptors is reported in a sentence', () => {
  const empty = wasm('exports.wasm');
  for (const limit of [20, 25, 32]) {
    for (const argv of [['run', empty], ['help'], ['cp', '-r', '.', 'copy']]) {
      const script = `ulimit -n ${limit}; exec "$@"`;
      const all = ['-c', script, 'sh', process.execPath, cli, ...argv];
      const { status, stdout, stderr } = spawnSync('sh', all, { cwd: scratch, encoding: 'utf8' });
      fs.rmSync(join(scratch, 'copy'), { recursive: true, force: true });
      if (status === 0) continue;
      assert.is(status, 1, stderr);
      assert.match(stderr, /^wasi9p[^\n]*\.\n$/, `${limit} ${argv.join(' ')} ${stdout}`);
    }
  }
});

hostile('an unexpected error is reported as an internal error', () => {
  const broken = 'data:text/javascript,JSON.parse = () => { undefined.x; }';
  const run = (env: Record<string, string>) =>
    spawnSync(process.execPath, ['--import', broken, cli, '--version'], { encoding: 'utf8', env });
  const { status, stderr } = run({});
  assert.is(status, 1);
  assert.match(stderr, /^wasi9p: internal error \(TypeError: [^\n]*\); please report it [^\n]*\n$/);
  assert.match(run({ WASI9P_DEBUG: '1' }).stderr, /\\n {4}at .*\.\n$/);
});

hostile('only output.ts writes, and only text.ts creates the texts that it accepts', () => {
  const dir = new URL('.', import.meta.url);
  const files = fs.readdirSync(dir, { recursive: true, encoding: 'utf8' }).map((entry) => entry.replaceAll('\\', '/'));
  const sources = files.filter((entry) => /^[^.]+\.ts$/.test(entry) && !entry.endsWith('testing.ts'));
  assert.ok(sources.includes('lib/output.ts') && sources.includes('commands/cp.ts'));
  for (const file of sources) {
    const source = fs.readFileSync(new URL(file, dir), 'utf8');
    const writers = /\bconsole\.|\bprocess\.(stdout|stderr)\b|\bwriteSync\([12]|import \{[^}]*\b(put|say)\b[^}]*\/sink/;
    // In a trace all names are quoted (strace.ts).
    if (file !== 'lib/output.ts' && file !== 'commands/trace/output.ts') assert.not.match(source, writers, file);
    if (file === 'lib/text.ts') continue;
    assert.not.match(source, /\bText\.of\(/, file);
    // The program's own texts are help texts or plain.
    for (const [, argument] of source.matchAll(/\bown\(([^)]*)/g)) {
      assert.match(
        argument!,
        /^(`Usage: |'|(level\.)?indent$|isLast |before$|line$)/,
        `${file}: own(${argument}) may hold a name: use text\`\`, or permit it here`,
      );
    }
  }
});

hostile.run();
