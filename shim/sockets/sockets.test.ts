// The calls of a guest on a socket, in this process: pointers, flags, rights, numbers, and what is left at the end.
import { once } from 'node:events';
import { connect } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { wasiErrnoName } from '../../vfs/linux/errno.ts';
import { ram } from '../../vfs/backends/ram/index.ts';
import { WASIOnBackends } from '../on-backends.ts';
import { RIGHTS } from '../preview1/abi/rights.ts';
import { CannotListen, Sockets } from './sockets.ts';

const sockets = suite('calls on sockets');

const OUT = 64;
const IOVS = 128;
const TEXT = 256;
const LISTENER = 3;
const DIRECTORY = 4;
const LOOPBACK = { host: '127.0.0.1', port: 0 };

/** A guest without a program, with a listener and a directory. */
class Guest {
  readonly memory = new WebAssembly.Memory({ initial: 1 });
  readonly view = new DataView(this.memory.buffer);
  readonly wasi: WASIOnBackends;
  readonly sockets: Sockets;

  constructor(opened: Sockets) {
    this.sockets = opened;
    this.wasi = new WASIOnBackends({
      ...{ args: [], env: {}, mounts: [{ guest: '/', backend: ram() }] },
      ...{ before: opened.descriptors, trace: opened },
    });
    this.wasi.finalizeBindings({ exports: { memory: this.memory } } as never);
    this.view.setUint32(IOVS, TEXT, true);
    this.view.setUint32(IOVS + 4, 16, true);
  }

  /** Makes a call; returns the name of its errno. */
  call(name: string, ...args: (number | bigint)[]): string {
    const calls = this.wasi.wasiImport as unknown as Record<string, (...all: (number | bigint)[]) => number>;
    return wasiErrnoName(calls[name]!(...args));
  }

  out(): number {
    return this.view.getUint32(OUT, true);
  }

  /** Connects, and accepts. Resolves to the client and the descriptor. */
  async accepted() {
    const client = connect(this.sockets.addresses[0]!.port, '127.0.0.1');
    client.on('error', () => undefined);
    await once(client, 'connect');
    for (let tries = 0; this.call('sock_accept', LISTENER, 4, OUT) !== 'ok'; tries++) {
      assert.ok(tries < 1000);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return { client, fd: this.out() };
  }
}

/** A test with a guest, which is closed afterwards. */
function withSockets(title: string, act: (g: Guest) => Promise<void>): void {
  sockets(title, async () => {
    const g = new Guest(await Sockets.open([LOOPBACK]));
    try {
      await act(g);
    } finally {
      g.wasi.close();
      await g.sockets.end(1000);
    }
  });
}

withSockets('wrong pointers and flags have no effect', async (g) => {
  const { client, fd } = await g.accepted();
  const end = g.memory.buffer.byteLength;
  for (const bad of [end, end - 1, -1]) {
    assert.is(g.call('sock_accept', LISTENER, 0, bad), 'EFAULT');
    assert.is(g.call('sock_recv', fd, IOVS, 1, 0, bad, OUT), 'EFAULT');
    assert.is(g.call('sock_recv', fd, IOVS, 1, 0, OUT, bad), 'EFAULT');
    assert.is(g.call('sock_recv', fd, bad, 1, 0, OUT, OUT + 4), 'EFAULT');
    assert.is(g.call('sock_send', fd, IOVS, 1, 0, bad), 'EFAULT');
    assert.is(g.call('sock_send', fd, bad, 1, 0, OUT), 'EFAULT');
    assert.is(g.call('fd_prestat_get', LISTENER, bad), 'EFAULT');
  }
  for (const flags of [1, 2, 8, 16, 32]) assert.is(g.call('sock_accept', LISTENER, flags, OUT), 'EINVAL');
  assert.is(g.call('sock_recv', fd, IOVS, 1, 4, OUT, OUT + 4), 'EINVAL');
  assert.is(g.call('sock_send', fd, IOVS, 1, 1, OUT), 'EINVAL');
  for (const how of [0, 4, 7]) assert.is(g.call('sock_shutdown', fd, how), 'EINVAL');
  for (const call of ['sock_accept', 'sock_send'] as const) {
    const args = call === 'sock_accept' ? [0, OUT] : [IOVS, 1, 0, OUT];
    assert.is(g.call(call, DIRECTORY, ...args), 'ENOTSOCK');
    assert.is(g.call(call, 99, ...args), 'EBADF');
  }
  // Nothing was sent, and nothing accepted.
  assert.is(g.call('sock_send', fd, IOVS, 1, 0, OUT), 'ok');
  assert.is(g.out(), 16);
  const [bytes] = (await once(client, 'data')) as [Buffer];
  assert.is(bytes.length, 16);
  client.destroy();
});

withSockets(
  'what is sent at once after accept arrives, although the helper does not know the connection yet',
  async (g) => {
    for (let i = 0; i < 100; i++) {
      const { client, fd } = await g.accepted();
      assert.is(g.call('sock_send', fd, IOVS, 1, 0, OUT), 'ok');
      const [bytes] = (await once(client, 'data')) as [Buffer];
      assert.is(bytes.length, 16);
      assert.is(g.call('fd_close', fd), 'ok');
      client.destroy();
    }
  },
);

withSockets('rights that are dropped are ENOTCAPABLE', async (g) => {
  const { client, fd } = await g.accepted();
  const lose = (of: number, right: number): void => {
    g.view.setUint32(OUT, 0, true);
    assert.is(g.call('fd_fdstat_get', of, OUT), 'ok');
    const rights = g.view.getBigUint64(OUT + 8, true) & ~BigInt(right);
    assert.is(g.call('fd_fdstat_set_rights', of, rights, 0n), 'ok');
  };
  lose(fd, RIGHTS.FD_WRITE);
  assert.is(g.call('sock_send', fd, IOVS, 1, 0, OUT), 'ENOTCAPABLE');
  assert.is(g.call('sock_recv', fd, IOVS, 1, 0, OUT, OUT + 4), 'EAGAIN');
  lose(fd, RIGHTS.FD_READ | RIGHTS.SOCK_SHUTDOWN);
  assert.is(g.call('sock_recv', fd, IOVS, 1, 0, OUT, OUT + 4), 'ENOTCAPABLE');
  assert.is(g.call('sock_shutdown', fd, 3), 'ENOTCAPABLE');
  lose(LISTENER, RIGHTS.SOCK_ACCEPT);
  assert.is(g.call('sock_accept', LISTENER, 0, OUT), 'ENOTCAPABLE');
  client.destroy();
});

withSockets('a listener is a preopen of an unknown type, a connection is none', async (g) => {
  const { client, fd } = await g.accepted();
  assert.is(g.call('fd_prestat_get', LISTENER, OUT), 'ok');
  assert.equal([g.view.getUint8(OUT), g.view.getUint32(OUT + 4, true)], [1, 0]);
  assert.is(g.call('fd_prestat_dir_name', LISTENER, OUT, 0), 'ENOTDIR');
  assert.is(g.call('fd_prestat_get', DIRECTORY, OUT), 'ok');
  assert.is(g.view.getUint8(OUT), 0);
  assert.is(g.call('fd_prestat_get', fd, OUT), 'EBADF');
  client.destroy();
});

withSockets('a renumbered connection keeps its bytes; the one in its place is closed', async (g) => {
  const [a, b] = [await g.accepted(), await g.accepted()];
  a.client.write('text');
  assert.is(g.call('fd_renumber', a.fd, b.fd), 'ok');
  b.client.resume();
  await new Promise((resolve) => b.client.once('close', resolve));
  assert.is(g.call('sock_recv', a.fd, IOVS, 1, 0, OUT, OUT + 4), 'EBADF');
  for (let tries = 0; g.call('sock_recv', b.fd, IOVS, 1, 0, OUT, OUT + 4) !== 'ok'; tries++) {
    assert.ok(tries < 1000);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.is(g.out(), 4);
  a.client.destroy();
});

withSockets('at the end, each connection is closed, and nothing listens', async (g) => {
  const { client } = await g.accepted();
  const waiting = connect(g.sockets.addresses[0]!.port, '127.0.0.1');
  waiting.on('error', () => undefined);
  await once(waiting, 'connect');
  client.resume();
  waiting.resume();
  // By FIN or by a reset: as with Linux, a client that was not accepted gets the latter.
  const closed = Promise.all([client, waiting].map((each) => new Promise((resolve) => each.once('close', resolve))));
  g.wasi.close();
  await g.sockets.end(1000);
  await closed;
  const late = connect(g.sockets.addresses[0]!.port, '127.0.0.1');
  const [error] = (await once(late, 'error')) as [NodeJS.ErrnoException];
  assert.is(error.code, 'ECONNREFUSED');
});

sockets('of several addresses, one that cannot be had closes all', async () => {
  const first = await Sockets.open([LOOPBACK]);
  const taken = first.addresses[0]!;
  const error = await Sockets.open([LOOPBACK, taken]).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof CannotListen);
  assert.equal([error.index, error.code], [1, 'EADDRINUSE']);
  await first.end(0);
});

sockets.run();
