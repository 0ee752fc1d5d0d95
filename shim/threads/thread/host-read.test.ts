// Reads of the host in the thread of a guest: a socket, of which nothing tells whether it is empty.
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NOT_LINUX, unless } from '../../../build/test/skip.ts';
import { WASI_ERRNO } from '../../../vfs/linux/errno.ts';
import { runThreaded } from '../../../wasm-tests/threads/testing.ts';
import { GuestMemory } from '../../preview1/memory/guest-memory.ts';
import { readHost } from './host-read.ts';

/** A memory with a list of two ranges at 0: three bytes at 100, and five at 200. */
function memory(): GuestMemory {
  const m = new GuestMemory();
  m.attach(new WebAssembly.Memory({ initial: 1 }));
  for (const [i, word] of [100, 3, 200, 5].entries()) m.view.setUint32(i * 4, word, true);
  return m;
}

test('readHost fills the ranges, and says the end, wrong pointers and errors', () => {
  const dir = mkdtempSync(join(tmpdir(), 'wasi9p-read-'));
  writeFileSync(join(dir, 'file'), 'abcdefgh');
  const fd = openSync(join(dir, 'file'), 'r');
  try {
    const m = memory();
    assert.is(readHost(m, fd, 0, 2, 300), 0);
    const text = (at: number, size: number): string => String.fromCharCode(...m.u8.subarray(at, at + size));
    assert.equal([m.view.getUint32(300, true), text(100, 3), text(200, 5)], [8, 'abc', 'defgh']);
    assert.is(readHost(m, fd, 0, 2, 300), 0);
    assert.is(m.view.getUint32(300, true), 0, 'the end of the file');
    assert.is(readHost(m, fd, 0, 2, 65_533), WASI_ERRNO.EFAULT);
    assert.is(readHost(m, fd, 65_530, 2, 300), WASI_ERRNO.EFAULT);
    assert.is(readHost(m, fd, 0, 1025, 300), WASI_ERRNO.EINVAL);
  } finally {
    closeSync(fd);
    rmSync(dir, { recursive: true });
  }
  assert.is(readHost(memory(), fd, 0, 2, 300), WASI_ERRNO.EBADF);
});

unless(NOT_LINUX)('a thread reads a socket itself, and the others go on', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'wasi9p-read-'));
  const server = createServer();
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  await new Promise((resolve) => server.listen(join(dir, 'socket'), () => resolve(null)));
  const client = connect(join(dir, 'socket'));
  client.pause();
  const peer = await accepted;
  try {
    let output = '';
    const stdout = (bytes: Uint8Array): void => {
      output += new TextDecoder().decode(bytes);
      if (output === 'written\n') peer.end('x');
    };
    const { fd } = (client as unknown as { _handle: { fd: number } })._handle;
    const { end } = await runThreaded('streams', ['read'], { stdin: fd, stdout });
    assert.equal([end, output], [0, `written\nread: ${'x'.charCodeAt(0)}\n`]);
  } finally {
    client.destroy();
    peer.destroy();
    await new Promise((resolve) => server.close(resolve));
    rmSync(dir, { recursive: true });
  }
});

test.run();
