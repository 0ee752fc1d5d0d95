// Tests stdin, stdout and stderr as functions, text, host descriptors, and the defaults.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FDFLAGS, FILETYPE } from './preview1/abi/structs.ts';
import { DATA, OUT, TestGuest, utf8 } from '../testing/test-guest.ts';
import { withGuest } from '../testing/uvu.ts';
import { WASI } from './wasi.ts';

const scratch = mkdtempSync(join(tmpdir(), 'wasi9p-stdio-'));
const opened: number[] = [];
test.after.each(() => {
  for (const fd of opened.splice(0)) closeSync(fd);
});
test.after(() => {
  rmSync(scratch, { recursive: true });
});

let fifos = 0;

/** Opens a new fifo for reading and writing; returns the host descriptor. */
function fifo(): number {
  const path = join(scratch, `fifo${fifos++}`);
  assert.is(spawnSync('mkfifo', [path]).status, 0);
  opened.push(openSync(path, 'r+'));
  return opened.at(-1)!;
}

function file(name: string, text: string, flags: string): number {
  writeFileSync(join(scratch, name), text);
  opened.push(openSync(join(scratch, name), flags));
  return opened.at(-1)!;
}

test('a function for stdout is given the bytes of each write, gathered', () => {
  const got: Uint8Array[] = [];
  const g = new TestGuest({ stdout: (bytes) => got.push(bytes), stderr: (bytes) => got.push(bytes) });
  g.ok('fd_write', 1, ...g.texts('one ', '', 'line\n'), OUT);
  assert.is(g.u32(), 9);
  g.write(2, 'err');
  g.write(1, '');
  g.u8.fill(0);
  assert.equal(got, [utf8('one line\n'), utf8('err')], 'the bytes are its own: they stay as they were');
  g.end();
});

test('a write longer than the memory, of overlapping ranges, is handed over in pieces', () => {
  const sizes: number[] = [];
  const g = new TestGuest({ stdout: (bytes) => sizes.push(bytes.length) });
  g.ok('fd_write', 1, ...g.iovs(...Array.from({ length: 10 }, () => [DATA, 700_000] as const)), OUT);
  assert.is(g.u32(), 7_000_000);
  assert.is(
    sizes.reduce((a, b) => a + b),
    7_000_000,
  );
  assert.ok(Math.max(...sizes) <= 1 << 20);
  g.end();
});

withGuest('text for stdin is read to its end, in parts', { stdin: 'héllo wörld' }, (g) => {
  assert.is(g.read(0, 6), 'héllo');
  assert.is(g.read(0, 0), '');
  assert.is(g.read(0), ' wörld');
  assert.is(g.read(0), '');
  assert.is(g.read(0), '');
});

withGuest('bytes for stdin', { stdin: Uint8Array.of(0, 255, 10) }, (g) => {
  g.ok('fd_read', 0, ...g.iovs([DATA, 2], [DATA + 2, 5]), OUT);
  assert.is(g.u32(), 3);
  assert.equal(g.u8.slice(DATA, DATA + 3), Uint8Array.of(0, 255, 10));
});

test('a function for stdin is asked when there is nothing left, and not again after the end', () => {
  const chunks = ['abc', utf8('defgh'), '', 'never'];
  const asked: number[] = [];
  const g = new TestGuest({ stdin: (max) => (asked.push(max), chunks.shift()) });
  assert.is(g.read(0, 2), 'ab');
  assert.is(g.read(0, 5), 'c');
  assert.is(g.read(0, 5), 'defgh');
  assert.is(g.read(0, 5), '');
  assert.is(g.read(0, 5), '');
  assert.equal(asked, [2, 5, 5]);
  g.end();
});

test('descriptors of the host: files', () => {
  const g = new TestGuest({ stdin: file('in', 'from a file', 'r'), stdout: file('out', '', 'w') });
  assert.is(g.fdstat(0).fs_filetype, BigInt(FILETYPE.REGULAR_FILE));
  g.ok('fd_read', 0, ...g.iovs([DATA, 4], [DATA + 4, 100]), OUT);
  assert.is(g.text(DATA, g.u32()), 'from a file');
  assert.is(g.read(0), '');
  g.ok('fd_write', 1, ...g.texts('to ', 'a file'), OUT);
  assert.is(readFileSync(join(scratch, 'out'), 'utf8'), 'to a file');
  g.end();
});

test('a read of a pipe does not wait to fill all ranges', () => {
  const pipe = fifo();
  const g = new TestGuest({ stdin: pipe });
  writeSync(pipe, 'abcd');
  g.ok('fd_read', 0, ...g.iovs([DATA, 4], [DATA + 4, 4]), OUT);
  assert.is(g.text(DATA, g.u32()), 'abcd');
  assert.is(g.fdstat(0).fs_filetype, BigInt(FILETYPE.UNKNOWN), 'WASI has no type for a pipe');
  g.end();
});

test('a descriptor of the host can be read into and written from shared memory', () => {
  const pipe = fifo();
  const g = new TestGuest({ stdin: pipe, stdout: pipe, shared: true });
  assert.is(g.write(1, 'there'), 5);
  assert.is(g.read(0, 3), 'the');
  assert.is(g.read(0, 3), 're');
  g.end();
});

test('a closed descriptor of the host answers EBADF when it is used', () => {
  const fd = openSync(join(scratch, 'closed'), 'w+');
  const g = new TestGuest({ stdin: fd, stdout: fd });
  closeSync(fd);
  assert.throws(() => new WASI({ stdin: fd }), /"options.stdin" must be an open descriptor/);
  assert.is(g.read(0), 'EBADF');
  assert.is(g.write(1, 'x'), 'EBADF');
  g.ok('fd_close', 0);
  g.end();
});

test('the guest may close what it got; the host’s stays open', () => {
  const out = file('kept', '', 'w');
  const g = new TestGuest({ stdout: out });
  g.ok('fd_close', 1);
  assert.is(g.write(1, 'x'), 'EBADF');
  g.end();
  writeSync(out, 'still open');
  assert.is(readFileSync(join(scratch, 'kept'), 'utf8'), 'still open');
});

test('stdin that is not ready and does not block is EAGAIN', () => {
  const pipe = fifo();
  const fd = openSync(`/proc/self/fd/${pipe}`, 0o4000 /* O_NONBLOCK */);
  opened.push(fd);
  const g = new TestGuest({ stdin: fd });
  g.ok('fd_fdstat_set_flags', 0, FDFLAGS.NONBLOCK);
  assert.is(g.read(0), 'EAGAIN');
  writeSync(pipe, 'now');
  assert.is(g.read(0), 'now');
  g.end();
});

test('stdin that does not block is EAGAIN also where the host’s would wait', () => {
  const pipe = fifo();
  const g = new TestGuest({ stdin: pipe });
  g.ok('fd_fdstat_set_flags', 0, FDFLAGS.NONBLOCK);
  assert.is(g.read(0), 'EAGAIN');
  writeSync(pipe, 'now');
  assert.is(g.read(0), 'now');
  g.end();
});

test('what stdin and stdout cannot be', () => {
  for (const stdin of [-1, 1.5, {}, true]) {
    assert.throws(
      () => new WASI({ stdin: stdin as never }),
      /"options.stdin" must be a descriptor number, text, bytes, a function/,
    );
  }
  for (const stdout of ['text', null, new Uint8Array(1)]) {
    assert.throws(
      () => new WASI({ stdout: stdout as never }),
      /"options.std(out|err)" must be a descriptor number, a function/,
    );
  }
});

const CHILD = `
  const { WASI } = await import(process.argv[1]);
  const memory = new WebAssembly.Memory({ initial: 1 });
  const wasi = new WASI();
  wasi.finalizeBindings({ exports: { memory } });
  const { fd_read, fd_write } = wasi.wasiImport;
  const view = new DataView(memory.buffer);
  view.setUint32(0, 1000, true);
  view.setUint32(4, 100, true);
  for (;;) {
    view.setUint32(4, 100, true);
    if (fd_read(0, 0, 1, 8) !== 0) process.exit(9);
    const count = view.getUint32(8, true);
    if (count === 0) break;
    view.setUint32(4, count, true);
    if (fd_write(1, 0, 1, 8) !== 0 || fd_write(2, 0, 1, 8) !== 0) process.exit(8);
  }
  wasi.close();
`;

/** A script that polls stdin for 100 ms, then for 60 s, reads, and prints the first event of each poll. */
const POLLING = `
  const { WASI } = await import(process.argv[1]);
  const memory = new WebAssembly.Memory({ initial: 1 });
  const wasi = new WASI();
  wasi.finalizeBindings({ exports: { memory } });
  const view = new DataView(memory.buffer);
  const results = [];
  for (let round = 0; round < 2; round++) {
    view.setUint8(8, 1);
    view.setUint8(48 + 8, 0);
    view.setUint32(48 + 16, 1, true);
    view.setBigUint64(48 + 24, round === 0 ? 100_000_000n : 60_000_000_000n, true);
    results.push(wasi.wasiImport.poll_oneoff(0, 1000, 2, 500), view.getUint32(500, true), view.getUint8(1010));
    if (round === 0) process.stdout.write('go');
  }
  view.setUint32(600, 1000, true);
  view.setUint32(604, 100, true);
  results.push(wasi.wasiImport.fd_read(0, 600, 1, 500), view.getUint32(500, true));
  console.log(results.join(' '));
  wasi.close();
`;

/** Runs a test with the arguments for Node to run a script on the shim. */
async function withScript(
  body: (args: (script: string) => string[], cwd: string) => Promise<void> | void,
): Promise<void> {
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  // Inside the project, so that its imports resolve.
  const outfile = join(cwd, '.build', `stdio-${process.pid}.mjs`);
  const entryPoints = [fileURLToPath(new URL('index.ts', import.meta.url))];
  await build({ entryPoints, outfile, bundle: true, format: 'esm', platform: 'neutral', packages: 'external' });
  try {
    await body((script) => ['--input-type=module', '-e', script, '--', pathToFileURL(outfile).href], cwd);
  } finally {
    rmSync(outfile);
  }
}

test('without options they are the host’s', () =>
  withScript((args, cwd) => {
    const input = 'line\n'.repeat(50);
    const { status, stdout, stderr } = spawnSync(process.execPath, args(CHILD), { input, encoding: 'utf8', cwd });
    assert.is(stderr, input);
    assert.is(stdout, input);
    assert.is(status, 0);
  }));

test('stdin that is a socket, as child_process gives it, is polled, too', () =>
  withScript(async (args, cwd) => {
    const child = spawn(process.execPath, args(POLLING), { stdio: ['pipe', 'pipe', 'inherit'], cwd });
    let output = '';
    child.stdout.on('data', (bytes) => {
      // The poll has timed out.
      if (output === '') child.stdin.end('there');
      output += bytes;
    });
    await new Promise((done) => child.on('close', done));
    // With /proc the shim knows that the socket is nonblocking; elsewhere stdin is always ready.
    if (process.platform === 'linux') assert.is(output, 'go0 1 0 0 1 1 0 5\n');
  }));

test.run();
