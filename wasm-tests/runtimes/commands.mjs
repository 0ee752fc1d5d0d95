// The command line on each runtime: the same checks everywhere, as a table in docs/runtimes.md.
// `node wasm-tests/runtimes/commands.mjs [--write]`, after `npm run build` and `npm ci --ignore-scripts` in binaries/.
// A check that a runtime does not pass needs a reason in LACKS. A reason without need is a failure.
import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { equal, is } from './found.mjs';
import { THREAD_CHECKS } from './thread-checks.mjs';
import { THREADED, compile, threaded } from './threaded.mjs';
import { HERE, NO_BINARY, RUNTIMES, pathOf, versionOf } from './runtimes.mjs';

const ROOT = resolve(HERE, '../..');
const CLI = join(ROOT, 'dist/cli.js');
const DOCUMENT = join(ROOT, 'docs/runtimes.md');
const TIME_LIMIT = 120_000;

/** A module whose `_start` has a block `try_table`: exceptions as WebAssembly 3 has them. */
const EXCEPTIONS = Uint8Array.from([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 5, 3, 1, 0, 1],
  ...[7, 19, 2, 6, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 2, 0, 6, 0x5f, 0x73, 0x74, 0x61, 0x72, 0x74, 0, 0],
  ...[10, 8, 1, 6, 0, 0x1f, 0x40, 0, 0x0b, 0x0b],
]);

/** The command on one runtime, in a scratch directory with guest.wasm. */
export class Command {
  /** @param {string[]} words the runtime and its arguments @param {string} dir */
  constructor(words, dir) {
    this.words = [...words, CLI];
    this.dir = dir;
  }

  /** @param {string[]} argv @param {{ input?: string, cwd?: string }} [options] */
  run(argv, { input = '', cwd = this.dir } = {}) {
    const [program = '', ...args] = this.words;
    const { status, signal, stdout, stderr } = spawnSync(program, [...args, ...argv], {
      ...{ cwd, input, encoding: 'utf8', timeout: TIME_LIMIT, killSignal: 'SIGKILL', maxBuffer: 1 << 30 },
    });
    return { status, signal, stdout, stderr };
  }

  /** Runs a line of bash, in which `$wasi9p` stands for the command. @param {string} line */
  shell(line) {
    const wasi9p = this.words.map((word) => `'${word}'`).join(' ');
    const { stdout, stderr } = spawnSync('bash', ['-c', line.replaceAll('$wasi9p', wasi9p)], {
      ...{
        cwd: this.dir,
        encoding: 'latin1',
        timeout: TIME_LIMIT,
        killSignal: 'SIGKILL',
        env: { ...process.env, LC_ALL: 'C' },
      },
    });
    return `${stdout}${stderr}`;
  }

  /** Starts it, and calls `act` at the first line of its output. @param {string[]} argv @param {(child: import('node:child_process').ChildProcess, stderr: string) => void} act @returns {Promise<{ status: number | null, signal: string | null, stdout: string, stderr: string }>} */
  started(argv, act) {
    const [program = '', ...args] = this.words;
    const child = spawn(program, [...args, ...argv], { cwd: this.dir, stdio: ['pipe', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    let acted = false;
    const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
    child.stderr.on('data', (bytes) => (stderr += String(bytes)));
    child.stdout.on('data', (bytes) => {
      stdout += String(bytes);
      if (!acted && stdout.includes('\n')) act(child, stderr);
      acted ||= stdout.includes('\n');
    });
    child.on('exit', () => child.stdin.destroy());
    return new Promise((done) =>
      child.on('close', (status, signal) => {
        clearTimeout(timer);
        done({ status, signal, stdout, stderr });
      }),
    );
  }
}

/** The message on a thread that the runtime does not end in two seconds; the status is right. */
const STILL_RUNS = /^(wasi9p: A program that was ended still runs: this process is killed\.\n)?$/;

/**
 * The checks: each returns '' or what was found instead.
 * @type {[name: string, check: (command: Command) => string | Promise<string>][]}
 */
const CHECKS = [
  [
    'wasi9p test, our scenarios in C',
    (command) => is(command.run(['test', 'wasm-tests/src'], { cwd: ROOT }), 0, /\n2\d passed, 0 failed\n$/, STILL_RUNS),
  ],
  [
    'wasi9p test: a program that spins is ended, the others pass',
    (command) => is(command.run(['test', '--timeout', '3s', 'suite']), 1, /1 passed, 1 failed\n$/, STILL_RUNS),
  ],
  [
    'wasi9p test: reports to stdout and to files',
    (command) => {
      const argv = ['test', '--filter', 'good', '--reporter', 'tap', '--reporter', 'junit=r.xml', 'suite'];
      const found = is(command.run(argv), 0, /^TAP version 14\n1\.\.1\nok 1 - /);
      return found || (fs.readFileSync(join(command.dir, 'r.xml'), 'utf8').includes('tests="1"') ? '' : 'no r.xml');
    },
  ],
  ['wasi9p run: output and exit status', (command) => is(command.run(['run', 'guest.wasm']), 0, 'hello\n')],
  [
    'exit statuses: 255, 256, −1, a trap',
    (command) => {
      const statuses = ['255', '256', '-1'].map((status) => command.run(['run', 'guest.wasm', 'exit', status]).status);
      const trap = command.run(['run', 'guest.wasm', 'trap']);
      return equal(`${statuses}`, '255,0,255') || is(trap, 134, '', /^wasi9p: guest\.wasm trapped: /);
    },
  ],
  [
    'stdin is live',
    async (command) => {
      let answers = '';
      const { status } = await live(command, (text) => (answers = text));
      return equal(`${status} ${answers}`, '0 one\ntwo\n');
    },
  ],
  [
    '256 MiB to a slow reader',
    (command) =>
      equal(
        command
          .shell('$wasi9p run guest.wasm fill 256 | { sleep 0.3; wc -c; }; echo ${PIPESTATUS[0]}')
          .replaceAll(' ', ''),
        '268435456\n0\n',
      ),
  ],
  [
    'arguments that are not UTF-8',
    (command) => equal(command.shell(`$wasi9p run guest.wasm bytes "$(printf 'a\\377\\351')"`), '61ffe9\n'),
  ],
  [
    '--dir: a directory of the machine',
    (command) => is(command.run(['run', '--dir', '.', 'guest.wasm', 'read', 'note.txt']), 0, 'noted\n'),
  ],
  [
    '--overlay, --diff and --commit',
    (command) => {
      const argv = ['run', '--overlay', 'data::/w', '--diff', '--commit', 'guest.wasm', 'write', '/w/new'];
      const found = is(command.run(argv), 0, 'A /w/new\n');
      return found || equal(fs.readFileSync(join(command.dir, 'data/new'), 'utf8'), 'text');
    },
  ],
  ['--host', (command) => is(command.run(['run', '--host', 'guest.wasm', 'read', 'note.txt']), 0, 'noted\n')],
  [
    '--timeout ends a guest that spins',
    (command) =>
      is(command.run(['run', '--timeout', '500ms', 'guest.wasm', 'spin']), 124, 'ready\n', /its time was over/),
  ],
  [
    '--timeout ends a guest that waits for stdin',
    async (command) => {
      const found = await command.started(['run', '--timeout', '500ms', 'guest.wasm', 'wait'], () => undefined);
      return is(found, 124, 'ready\n', /its time was over/);
    },
  ],
  [
    '-S tcplisten: a server, and clients that send 4 MiB',
    async (command) => {
      const argv = ['run', '-Stcplisten=127.0.0.1:0', 'guest.wasm', 'serve', '2'];
      /** @type {Promise<string>[]} */
      const answers = [];
      const { status } = await command.started(argv, (_, stderr) => {
        const port = Number(/ listens on 127\.0\.0\.1:(\d+)/.exec(stderr)?.[1]);
        for (const byte of [1, 2]) answers.push(echoed(port, Buffer.alloc(4 << 20, byte)));
      });
      return equal(`${status} ${await Promise.all(answers)}`, '0 same,same');
    },
  ],
  [
    '-S tcplisten: --timeout ends a guest that waits in accept',
    async (command) => {
      const argv = ['run', '-Stcplisten=127.0.0.1:0', '--timeout', '500ms', 'guest.wasm', 'serve', '1'];
      return is(await command.started(argv, () => undefined), 124, 'ready\n', /its time was over/);
    },
  ],
  [
    'SIGINT ends a guest that spins',
    async (command) => {
      const { signal } = await command.started(['run', 'guest.wasm', 'spin'], (child) => child.kill('SIGINT'));
      return equal(String(signal), 'SIGINT');
    },
  ],
  [
    'SIGINT on an overlay: status 130, and a word on what is dropped',
    async (command) => {
      const argv = ['run', '--overlay', 'data::/w', '--commit', 'guest.wasm', 'spin'];
      return is(
        await command.started(argv, (child) => child.kill('SIGINT')),
        130,
        'ready\n',
        /Interrupted: the changes/,
      );
    },
  ],
  [
    '--stack: 200,000 calls deep',
    (command) => is(command.run(['run', '--stack', '32M', 'guest.wasm', 'deep', '200000']), 0, '200000\n'),
  ],
  [
    'without --stack such a depth is a trap',
    (command) => is(command.run(['run', 'guest.wasm', 'deep', '200000']), 134, '', /trapped: /),
  ],
  [
    '--max-memory',
    (command) =>
      is(command.run(['run', '--max-memory', '64M', 'guest.wasm', 'allocate', '100']), 7) ||
      is(command.run(['run', '--max-memory', '256M', 'guest.wasm', 'allocate', '100']), 0),
  ],
  [
    'wasi9p shims: the script wasmtime',
    (command) => {
      const made = is(command.run(['shims', 'bin']), 0, /CARGO_TARGET_WASM32_WASIP1_RUNNER/);
      return made || equal(command.shell('env -i bin/wasmtime --dir=. guest.wasm read note.txt'), 'noted\n');
    },
  ],
  [
    'wasi9p cc',
    (command) => is(command.run(['cc', 'one.c', '-o', 'one.wasm']), 0) || is(command.run(['one.wasm']), 0, 'one\n'),
  ],
  ...THREAD_CHECKS,
  ['modules with exceptions of WebAssembly 3', (command) => is(command.run(['run', 'exceptions.wasm']), 0)],
];

/**
 * The checks that a runtime does not pass, with the reasons. A name covers all versions that begin with it.
 * @type {{ runtime: RegExp, check: string, why: string }[]}
 */
const LACKS = [
  {
    runtime: /^Node 20/,
    check: 'modules with exceptions of WebAssembly 3',
    why: 'V8 11.3 knows the older form of exceptions only: use Node 22 or later, or build the program with `-mllvm -wasm-use-legacy-eh`.',
  },
  {
    runtime: /^(Deno|Bun)/,
    check: '--stack: 200,000 calls deep',
    why: 'The stack of a thread cannot be chosen: a guest traps where it would on the main thread.',
  },
  {
    runtime: /^(Deno|Bun)/,
    check: 'SIGINT on an overlay: status 130, and a word on what is dropped',
    why: 'The signal ends the process at once: nothing is committed, and nothing is said.',
  },
  {
    runtime: /^Deno/,
    check: '--timeout ends a guest that waits for stdin',
    why: 'A guest that waits for a pipe or a socket is killed with SIGKILL two seconds later.',
  },
  {
    runtime: /^Deno/,
    check: 'threads: a socket as stdin is live while one waits for it',
    why: 'A read of a socket holds up the calls of the other threads.',
  },
  {
    runtime: /^Deno/,
    check: 'threads: a memory grows while others use it',
    why: 'V8 without its trap handler: code that runs already takes what another thread has added for out of bounds, until its next call. Start with `--v8-flags=--no-wasm-dynamic-tiering`, or link with an `--initial-memory` as large as `--max-memory`.',
  },
];

/** Sends bytes to a server, which sends them back. @param {number} port @param {Buffer} bytes @returns {Promise<string>} */
function echoed(port, bytes) {
  const client = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  /** @type {Buffer[]} */
  const chunks = [];
  client.end(bytes);
  return new Promise((done) => {
    client.on('data', (chunk) => chunks.push(chunk));
    client.on('end', () => done(Buffer.concat(chunks).equals(bytes) ? 'same' : 'other bytes'));
    client.on('error', (error) => done(error.message));
  });
}

/** Two requests to the guest, each sent after the answer before. @param {Command} command @param {(text: string) => void} tell @returns {Promise<{ status: number | null }>} */
function live(command, tell) {
  const [program = '', ...args] = command.words;
  const child = spawn(program, [...args, 'run', 'guest.wasm', 'echo'], {
    cwd: command.dir,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  let text = '';
  child.stdout.on('data', (bytes) => {
    text += String(bytes);
    tell(text);
    if (text === 'one\n') child.stdin.write('two\n');
    if (text === 'one\ntwo\n') child.stdin.end();
  });
  child.stdin.write('one\n');
  return new Promise((done) =>
    child.on('close', (status) => {
      clearTimeout(timer);
      done({ status });
    }),
  );
}

/** Lays out the directory in which the commands run. @param {string} dir */
function layOut(dir) {
  fs.mkdirSync(join(dir, 'data'));
  fs.mkdirSync(join(dir, 'suite'));
  fs.writeFileSync(join(dir, 'note.txt'), 'noted');
  fs.writeFileSync(join(dir, 'one.c'), '#include <stdio.h>\nint main(void) { puts("one"); return 0; }\n');
  fs.writeFileSync(join(dir, 'exceptions.wasm'), EXCEPTIONS);
  const source = join(HERE, 'program/guest.c');
  const flags = ['-O1', '-Wl,-z,stack-size=16777216', source, '-o', 'guest.wasm'];
  compile(flags, dir);
  for (const name of THREADED) fs.copyFileSync(threaded(name), join(dir, `${name}.wasm`));
  for (const [name, args] of Object.entries({ good: ['hello'], spins: ['spin'] })) {
    fs.copyFileSync(join(dir, 'guest.wasm'), join(dir, `suite/${name}.wasm`));
    fs.writeFileSync(join(dir, `suite/${name}.json`), JSON.stringify({ args }));
  }
}

/**
 * Runs all checks on all runtimes that are installed.
 * @param {(name: string, output: string) => void} tell gets `smoke: ok` or what was found
 * @param {(name: string, why: string) => void} skip
 * @param {string[]} [words] only the checks whose runtime and name contain one; there is no table then
 * @returns {Promise<string | null>} the table of docs/runtimes.md; null if a runtime is not installed
 */
export async function tryCommands(tell, skip, words = []) {
  /** @type {{ head: string, cells: string[] }[]} */
  const columns = [];
  for (const { name, binary, all } of RUNTIMES) {
    const path = pathOf(binary);
    if (path === null) {
      skip(`${name}: the commands`, NO_BINARY);
      continue;
    }
    const dir = fs.mkdtempSync(join(fs.realpathSync(tmpdir()), 'wasi9p-commands-'));
    try {
      layOut(dir);
      const command = new Command([path, ...all], dir);
      /** @type {string[]} */
      const cells = [];
      for (const [check, run] of CHECKS) {
        if (words.length > 0 && !words.some((word) => `${name}: ${check}`.includes(word))) continue;
        const found = await Promise.resolve(run(command)).catch(String);
        const lack = LACKS.find((row) => row.runtime.test(name) && row.check === check);
        cells.push(found === '' ? 'yes' : lack === undefined ? 'FAILS' : `no [${LACKS.indexOf(lack) + 1}]`);
        const isWrong = (found === '') === (lack !== undefined);
        tell(`${name}: ${check}`, isWrong ? found || 'it passes, and LACKS says that it does not' : 'smoke: ok');
      }
      columns.push({ head: `${name.split(/[ .,]/)[0]} ${versionOf(path)}`, cells });
    } finally {
      fs.rmSync(dir, { recursive: true });
    }
  }
  if (columns.length < RUNTIMES.length || words.length > 0) return null;
  const lines = CHECKS.map(([check], i) => `| ${[check, ...columns.map(({ cells }) => cells[i])].join(' | ')} |`);
  const head = [
    `| | ${columns.map((column) => column.head).join(' | ')} |`,
    `| --- |${' --- |'.repeat(columns.length)}`,
  ];
  const notes = LACKS.map(({ why }, i) => `${i + 1}. ${why}`);
  return [...head, ...lines, ...(notes.length > 0 ? ['', ...notes] : [])].join('\n');
}

const BEGIN = '<!-- commands: written by `node wasm-tests/runtimes/commands.mjs --write`, do not edit -->';
const END = '<!-- end of commands -->';

/** The document with the table in it. @param {string} table */
export function withTable(table) {
  const text = fs.readFileSync(DOCUMENT, 'utf8');
  const [before = '', rest = ''] = text.split(BEGIN);
  return `${before}${BEGIN}\n\n${table}\n\n${END}${rest.split(END)[1] ?? ''}`;
}

/** '' if the table in docs/runtimes.md is that of this run. @param {string} table */
export function staleTable(table) {
  const isFresh = withTable(table) === fs.readFileSync(DOCUMENT, 'utf8');
  return isFresh ? '' : `docs/runtimes.md is stale: node wasm-tests/runtimes/commands.mjs --write`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  let failed = 0;
  const table = await tryCommands(
    (name, output) => {
      const good = output === 'smoke: ok';
      if (!good) failed++;
      console.log(good ? `ok   ${name}` : `FAIL ${name}\n     ${output}`);
    },
    (name, why) => console.log(`skip ${name}: ${why}`),
    process.argv.slice(2).filter((word) => word !== '--write'),
  );
  console.log(`\n${table}`);
  if (process.argv.includes('--write') && table !== null) fs.writeFileSync(DOCUMENT, withTable(table));
  process.exitCode = failed > 0 ? 1 : 0;
}
