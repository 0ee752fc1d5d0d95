// Guests that are deep, slow or stuck: each ends as it must, on the main thread and in a thread of its own.
import { spawn, spawnSync, type StdioOptions } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NOT_LINUX, unless } from '../../build/test/skip.ts';
import { compile } from '../../toolchain/compile.ts';
import { bundle } from '../testing.ts';

const PROGRAM = `
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
extern char **environ;

__attribute__((noinline)) static int deep(int n) {
  if (n == 0) return 0;
  volatile int below = deep(n - 1);
  return below + 1;
}

static int write_all(const char *bytes, size_t size) {
  while (size > 0) {
    ssize_t done = write(1, bytes, size);
    if (done < 0) return 2;
    bytes += done, size -= done;
  }
  return 0;
}

static char block[1 << 20];

int main(int argc, char **argv) {
  const char *what = argv[1];
  int n = argc > 2 ? atoi(argv[2]) : 0;
  if (!strcmp(what, "deep")) return printf("%d\\n", deep(n)), 0;
  if (!strcmp(what, "fill")) {
    for (int i = 0; i < n; i++) {
      memset(block, i, sizeof block);
      if (write_all(block, sizeof block)) return 2;
    }
    return 0;
  }
  if (!strcmp(what, "given")) {
    for (int i = 2; i < argc; i++) puts(argv[i]);
    for (char **e = environ; e && *e; e++) puts(*e);
    return 0;
  }
  if (!strcmp(what, "answer")) {
    // Each message is its length and its bytes, and is answered by both inverted.
    uint32_t length;
    static unsigned char bytes[1 << 17];
    while (fread(&length, 4, 1, stdin) == 1) {
      if (length > sizeof bytes || fread(bytes, 1, length, stdin) != length) return 3;
      for (uint32_t i = 0; i < length; i++) bytes[i] ^= 0xff;
      fwrite(&length, 4, 1, stdout), fwrite(bytes, 1, length, stdout), fflush(stdout);
    }
    return 0;
  }
  if (!strcmp(what, "late")) {
    puts("ready"), fflush(stdout);
    struct timespec now, then;
    clock_gettime(CLOCK_MONOTONIC, &then);
    do clock_gettime(CLOCK_MONOTONIC, &now);
    while ((now.tv_sec - then.tv_sec) * 1000000 + (now.tv_nsec - then.tv_nsec) / 1000 < n);
    return getchar();
  }
  // The others are stuck.
  FILE *open = argc > 2 ? fopen(argv[2], "w") : NULL;
  if (argc > 2 && (!open || unlink(argv[2]))) return 4;
  puts("ready"), fflush(stdout);
  if (!strcmp(what, "sleep")) for (;;) sleep(1000);
  if (!strcmp(what, "read")) return getchar();
  for (volatile int i = 0;; i++);
}
`;

const guests = suite('guests that are deep, slow or stuck');
const linux = unless(NOT_LINUX, guests);
const hasPython = spawnSync('python3', ['--version']).status === 0;
const python = unless(
  NOT_LINUX || (hasPython ? '' : 'python3, which makes what the guest is started with, is missing'),
  guests,
);
let scratch = '';
let cli = '';

guests.before(async () => {
  scratch = fs.mkdtempSync(join(fs.realpathSync(tmpdir()), 'wasi9p-guests-'));
  fs.mkdirSync(join(scratch, 'data'));
  const output = 'guest.wasm';
  const argv = ['-O1', 'guest.c', '-Wl,-z,stack-size=16777216', '-o', output];
  fs.writeFileSync(join(scratch, output), await compile({ sources: { 'guest.c': PROGRAM }, argv, output }));
  cli = await bundle();
});

guests.after(() => {
  fs.rmSync(scratch, { recursive: true });
  fs.rmSync(dirname(cli), { recursive: true });
});

function wasi9p(argv: readonly string[], input = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...argv], {
    ...{ cwd: scratch, encoding: 'utf8', input },
  });
  return { status, stdout, stderr };
}

interface Ending {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs it with pipes (to Node, these are sockets), calls `act` when it has printed a line, and returns its end. */
function ended(argv: readonly string[], act: (kill: (signal: NodeJS.Signals) => void) => void): Promise<Ending> {
  const stdio: StdioOptions = ['pipe', 'pipe', 'pipe'];
  const child = spawn(process.execPath, [cli, ...argv], { cwd: scratch, stdio });
  let [stdout, stderr] = ['', ''];
  child.stderr!.on('data', (bytes) => (stderr += String(bytes)));
  child.stdout!.on('data', (bytes) => {
    stdout += String(bytes);
    if (stdout.endsWith('\n')) act((signal) => child.kill(signal));
  });
  return new Promise((resolve) => {
    child.on('close', (status, signal) => resolve({ status, signal, stdout, stderr }));
    // The others have stdin open until they end.
    child.on('exit', () => child.stdin!.destroy());
  });
}

/** Runs it by a shell, with pipes of the kernel: nothing comes on stdin until it has ended. */
function piped(line: string) {
  const script = `mkfifo in && (exec 3<>in; ${line} <&3 | cat; exit $PIPESTATUS); status=$?; rm in; exit $status`;
  const env = { ...process.env, NODE: process.execPath, CLI: cli };
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { cwd: scratch, env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

const OVER = (option: string): string => `wasi9p: guest.wasm was ended: its time was over (${option}).\n`;

for (const how of ['spin', 'sleep', 'read']) {
  guests(`--timeout ends a guest that is stuck: ${how}`, async () => {
    const { status, signal, stdout, stderr } = await ended(['run', '--timeout', '300ms', 'guest.wasm', how], () => {
      // Nothing is sent.
    });
    assert.equal([status, signal, stdout, stderr], [124, null, 'ready\n', OVER('--timeout 300ms')]);
  });

  linux(`-W timeout ends it on pipes, with the status of wasmtime: ${how}`, () => {
    assert.equal(piped(`"$NODE" "$CLI" wasmtime -W timeout=300ms guest.wasm ${how}`), {
      status: 134,
      stdout: 'ready\n',
      stderr: OVER('-W timeout=300ms'),
    });
  });
}

linux('a time-out ends a guest whose reader is stuck', () => {
  const line = '{ "$NODE" "$CLI" run --timeout 300ms guest.wasm fill 64; echo "status $?" >&2; } | sleep 3';
  const env = { ...process.env, NODE: process.execPath, CLI: cli };
  const { stderr } = spawnSync('bash', ['-c', line], { cwd: scratch, env, encoding: 'utf8' });
  assert.is(stderr, `${OVER('--timeout 300ms')}status 124\n`);
});

python('a guest that waits in a call of the system is killed', () => {
  // Node does not make such a socket nonblocking.
  const script = `
import socket, subprocess, sys
ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
print(subprocess.run(sys.argv[1:], stdin=theirs).returncode)
`;
  const argv = ['-c', script, process.execPath, cli, 'run', '--timeout', '300ms', 'guest.wasm', 'read'];
  const { stdout, stderr } = spawnSync('python3', argv, { cwd: scratch, encoding: 'utf8' });
  assert.is(stdout, `ready\n${'execve' in process ? 124 : -9}\n`);
  assert.is(stderr, 'wasi9p: The program waits for the system and was killed: its time was over (--timeout 300ms).\n');
});

guests('a guest that ends in time is as without a limit', () => {
  for (const options of [
    ['--timeout', '1m'],
    ['--stack', '32M'],
    ['--max-memory', '1G'],
  ]) {
    const { status, stdout, stderr } = wasi9p(['run', ...options, 'guest.wasm', 'deep', '10']);
    assert.equal([status, stdout, stderr], [0, '10\n', ''], options.join(' '));
  }
});

guests('what a stuck guest has open is let go: the files of its orphans, and the changes of its overlays', () => {
  const trace = wasi9p(['run', '--timeout', '300ms', '--trace', '--mem', '/m', 'guest.wasm', 'spin', '/m/f']);
  assert.is(trace.status, 124);
  const lines = trace.stderr.split('\n');
  const fids = (type: string): string[] =>
    lines.flatMap((line) => {
      const [, fid] = new RegExp(`^ +${type} .*?\\bfid=(\\d+)`).exec(line) ?? [];
      return fid === undefined ? [] : [fid];
    });
  const [opened] = fids('Tlcreate').slice(-1);
  assert.ok(opened !== undefined, trace.stderr);
  const removed = lines.findIndex((line) => line.includes('path_unlink_file'));
  const clunked = lines.findIndex((line, i) => i > removed && new RegExp(`Tclunk .*fid=${opened}\\b`).test(line));
  const over = lines.findIndex((line) => line.includes('its time was over'));
  assert.ok(removed > 0 && clunked > removed && over > clunked, trace.stderr);
  const overlay = wasi9p([
    'run',
    '--timeout',
    '300ms',
    '--overlay',
    'data::/w',
    '--commit',
    'guest.wasm',
    'spin',
    '/w/f',
  ]);
  assert.equal([overlay.status, overlay.stdout], [124, 'ready\n']);
  assert.is(
    overlay.stderr,
    `${OVER('--timeout 300ms')}wasi9p: Its time was over: the changes are not committed (0 in /w).\n`,
  );
  assert.equal(fs.readdirSync(join(scratch, 'data')), []);
});

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGQUIT'] as const;

for (const [where, options] of [
  ['on the main thread', []],
  ['in a thread', ['--stack', '16M']],
  ['in a thread with a time-out', ['--timeout', '100s']],
] as const) {
  for (const signal of SIGNALS) {
    guests(`${signal} ends a guest ${where}`, async () => {
      for (const how of ['spin', 'sleep', 'read']) {
        const {
          signal: by,
          stdout,
          stderr,
        } = await ended(['run', ...options, 'guest.wasm', how], (kill) => kill(signal));
        assert.equal([by, stdout, stderr], [signal, 'ready\n', ''], how);
      }
    });
  }

  guests(`SIGINT ends a guest on an overlay ${where}, and says what is dropped`, async () => {
    for (const how of ['spin', 'sleep', 'read']) {
      const argv = ['run', ...options, '--overlay', 'data::/w', '--commit', 'guest.wasm', how];
      const { status, stderr } = await ended(argv, (kill) => kill('SIGINT'));
      assert.is(status, 130, how);
      assert.is(stderr, 'wasi9p: Interrupted: the changes are not committed (0 in /w).\n');
    }
  });
}

guests('a SIGINT that comes just before a guest waits for stdin ends it, the first one already', async () => {
  for (let tries = 0; tries < 20; tries++) {
    const argv = ['run', '--overlay', 'data::/w', 'guest.wasm', 'late', `${tries * 50}`];
    const { status } = await ended(argv, (kill) => kill('SIGINT'));
    assert.is(status, 130, `after ${tries * 50} µs`);
  }
});

python('Ctrl-C in a terminal ends a guest', () => {
  // script(1) makes the terminal; the shell waits for the guest's word, then types the character.
  const script = `
import os, pty, sys, time
pid, fd = pty.fork()
if pid == 0: os.execv(sys.argv[1], sys.argv[1:])
text = b''
while b'ready' not in text: text += os.read(fd, 100)
os.write(fd, b'\\x03')
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;
  for (const options of [[], ['--stack', '16M'], ['--timeout', '100s']]) {
    for (const how of ['spin', 'read']) {
      const argv = ['-c', script, process.execPath, cli, 'run', ...options, 'guest.wasm', how];
      const { stdout, stderr } = spawnSync('python3', argv, { cwd: scratch, encoding: 'utf8' });
      assert.is(stdout, '-2\n', `${options.join(' ')} ${how} ${stderr}`);
    }
  }
});

guests('a recursion of 200,000 calls needs a stack', () => {
  const shallow = wasi9p(['run', 'guest.wasm', 'deep', '200000']);
  assert.is(shallow.status, 134);
  assert.match(shallow.stderr, /trapped: Maximum call stack size exceeded/);
  for (const options of [
    ['run', '--stack', '32M'],
    ['wasmtime', '-W', 'max-wasm-stack=33554432'],
  ]) {
    assert.equal(wasi9p([...options, 'guest.wasm', 'deep', '200000']), { status: 0, stdout: '200000\n', stderr: '' });
  }
});

/** Writes so many MiB to a reader that pauses twice; returns the largest memory of the process, in MiB. */
function filled(options: string, mebibytes: number): number {
  const peak = join(scratch, 'peak.cjs');
  fs.writeFileSync(
    peak,
    `const { isMainThread } = require('node:worker_threads');
    if (isMainThread)
      process.on('exit', () => require('node:fs').writeFileSync('peak', String(process.resourceUsage().maxRSS / 1024)));`,
  );
  const env = { ...process.env, NODE: process.execPath, CLI: cli, PEAK: peak };
  const reader = '{ sleep 0.3; head -c 1000000; sleep 0.3; cat; } | wc -c';
  const line = `"$NODE" -r "$PEAK" "$CLI" run ${options} guest.wasm fill ${mebibytes} | ${reader}; exit $PIPESTATUS`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', line], { cwd: scratch, env, encoding: 'utf8' });
  assert.equal([status, stdout.trim(), stderr], [0, String(mebibytes * 2 ** 20), ''], options);
  return Number(fs.readFileSync(join(scratch, 'peak'), 'utf8'));
}

for (const options of ['', '--stack 16M', '--timeout 100s']) {
  linux(`a gigabyte arrives whole at a slow reader, and takes no memory: run ${options}`, () => {
    const little = filled(options, 4);
    const much = filled(options, 1024);
    assert.ok(much - little < 48, `${little} MiB for 4 MiB, ${much} MiB for 1 GiB`);
  });
}

guests('requests and answers on stdin and stdout are live and binary', async () => {
  for (const options of [[], ['--stack', '16M'], ['--timeout', '100s']]) {
    const child = spawn(process.execPath, [cli, 'run', ...options, 'guest.wasm', 'answer'], {
      ...{ cwd: scratch, stdio: ['pipe', 'pipe', 'inherit'] },
    });
    let got = Buffer.alloc(0);
    let wake = (): void => undefined;
    child.stdout.on('data', (bytes: Buffer) => {
      got = Buffer.concat([got, bytes]);
      wake();
    });
    const read = async (size: number): Promise<Buffer> => {
      while (got.length < size) await new Promise<void>((resolve) => (wake = resolve));
      const bytes = got.subarray(0, size);
      got = got.subarray(size);
      return bytes;
    };
    for (const size of [1, 0, 256, 100_000, 3]) {
      const bytes = Buffer.from(Array.from({ length: size }, (_, i) => i & 0xff));
      const length = Buffer.alloc(4);
      length.writeUInt32LE(size);
      child.stdin.write(Buffer.concat([length, bytes]));
      assert.equal([...(await read(4))], [...length]);
      assert.ok((await read(size)).equals(bytes.map((byte) => byte ^ 0xff)), `${size}`);
    }
    child.stdin.end();
    assert.is(await new Promise((resolve) => child.on('close', resolve)), 0);
  }
});

linux('arguments and variables that are not UTF-8 pass byte for byte', () => {
  const script = `
a=$(printf 'a\\377\\376b\\303\\251') E=$(printf 'v\\200\\342\\202') N=$(printf '\\357\\277\\275')
export E
for options in "" "--stack 16M"; do
  "$NODE" "$CLI" run $options --env E --env "F=$a" --env "G=$N" guest.wasm given "$a" "\u00fc" "$N" ""
  "$NODE" "$CLI" run $options -S inherit-env guest.wasm given | grep -a '^E='
done
cp guest.wasm "$(printf 'n\\377')" && "$NODE" "$CLI" wasmtime "$(printf 'n\\377')" given "$a"
`;
  const env = { ...process.env, NODE: process.execPath, CLI: cli, LC_ALL: 'C' };
  const { stdout, stderr } = spawnSync('bash', ['-c', script], { cwd: scratch, env, encoding: 'latin1' });
  const [a, value, mark] = ['a\xff\xfeb\xc3\xa9', 'v\x80\xe2\x82', '\xef\xbf\xbd'];
  const once = [a, '\xc3\xbc', mark, '', `E=${value}`, `F=${a}`, `G=${mark}`, `E=${value}`];
  assert.equal(stdout.split('\n'), [...once, ...once, a, '']);
  assert.is(stderr, '');
});

guests.run();
