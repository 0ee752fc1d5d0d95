// The conformance suite over whole frames, by a transport that is written as a stranger would write it.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { conformance } from '../../testing/conformance/index.ts';
import { byUvu } from '../../testing/uvu.ts';
import { ram } from '../backends/ram/index.ts';
import { Client } from '../client/client.ts';
import { Attachment, serverFor } from '../connect/server-for.ts';
import { createFs } from '../fs/index.ts';
import { Connection } from '../server/connection.ts';
import type { Server } from '../server/server.ts';
import { AT_REST } from '../../testing/at-rest.ts';
import { Iov } from '../lib/iov.ts';
import { O_RDWR } from '../linux/constants.ts';
import { E } from '../linux/errno.ts';
import { FrameTransport, ObservedTransport, TYPE, type Attachable } from './index.ts';

/** Sends each frame to a Connection, and hands its reply back. */
class Loopback extends FrameTransport {
  private readonly connection: Connection;
  private reply: Uint8Array | null = null;
  /** Changes a reply on its way. */
  tamper = (reply: Uint8Array): Uint8Array | null => reply;

  constructor(server: Server, msize = server.msize) {
    super(msize);
    this.connection = new Connection(server, (reply) => (this.reply = reply.slice()));
  }

  protected exchange(frame: Uint8Array): Uint8Array | null {
    return this.connection.receive(frame) ? this.tamper(this.reply!) : null;
  }

  protected end(): void {
    this.connection.close();
  }
}

const via = (server: Server): Attachable => ({ msize: server.msize, connect: () => new Loopback(server) });

conformance('ram over frames', () => ({ backend: ram(), via }), byUvu());

test('a small msize: every transfer takes many frames', () => {
  const server = serverFor(ram());
  const fs = createFs({ msize: 4096, connect: () => new Loopback(server, 4096) });
  const data = Uint8Array.from({ length: 100_000 }, (_, i) => i * 7);
  fs.writeFileSync('/f', data);
  for (let i = 0; i < 500; i++) fs.writeFileSync(`/file ${i}`, '');
  assert.equal(fs.readFileSync('/f'), data);
  assert.is(fs.readdirSync('/').length, 501);
  fs.unmount();
  assert.equal(server.inspect(), AT_REST);
});

test('a server that lies is EPROTO, EINVAL or EIO, and no data is written past the payload', () => {
  const server = serverFor(ram());
  const transport = new Loopback(server);
  const client = new Client(transport);
  assert.is(client.attach(), 0);
  const answer = (tamper: Loopback['tamper']): number => {
    transport.tamper = tamper;
    return client.getattr(client.root, 0);
  };
  assert.is(
    answer((reply) => reply.map((byte, i) => (i === 5 ? byte + 1 : byte))),
    E.EPROTO,
    'another tag',
  );
  assert.is(
    answer((reply) => reply.map((byte, i) => (i === 4 ? TYPE.Rclunk : byte))),
    E.EINVAL,
    'another type',
  );
  assert.is(
    answer(() => new Uint8Array([7, 0, 0, 0, TYPE.Rclunk, 1, 0])),
    E.EPROTO,
    'the reply of another request',
  );
  assert.is(
    answer((reply) => reply.subarray(0, reply.length - 1)),
    E.EINVAL,
    'cut',
  );
  assert.is(
    answer(() => new Uint8Array(0)),
    E.EINVAL,
    'empty',
  );
  assert.is(
    answer((reply) => reply),
    0,
  );
  assert.is(
    answer(() => null),
    E.EIO,
  );
  assert.is(
    answer((reply) => reply),
    E.EIO,
    'the connection is over',
  );
  assert.equal(server.inspect(), AT_REST);
});

test('an Rread or Rreaddir whose data is not in the frame is EPROTO', () => {
  const server = serverFor(ram());
  const transport = new Loopback(server);
  const client = new Client(transport);
  assert.is(client.attach(), 0);
  const file = client.clone(client.root);
  assert.is(client.lcreate(file, 'f', O_RDWR, 0o644), 0);
  const data = new Uint8Array(8).fill(1);
  const iov = new Iov();
  iov.single(data, 0, 8);
  assert.is(client.write(file, 0, iov), 8);
  const dir = client.clone(client.root);
  assert.is(client.lopen(dir, 0), 0);
  transport.tamper = (reply) => reply.subarray(0, 11);
  assert.is(client.read(file, 0, iov), -E.EPROTO);
  iov.single(new Uint8Array(4096), 0, 4096);
  assert.is(client.readdir(dir, 0, 0, iov), -E.EPROTO);
  client.close();
  assert.equal(server.inspect(), AT_REST);
});

test('an Rwrite of more bytes than were sent is EPROTO', () => {
  const server = serverFor(ram());
  const transport = new Loopback(server);
  const client = new Client(transport);
  assert.is(client.attach(), 0);
  const file = client.clone(client.root);
  assert.is(client.lcreate(file, 'f', O_RDWR, 0o644), 0);
  const iov = new Iov();
  iov.single(new Uint8Array(8), 0, 8);
  transport.tamper = (reply) => reply.map((byte, i) => (i === 7 ? byte + 1 : byte));
  assert.is(client.write(file, 0, iov), -E.EPROTO);
  client.close();
  assert.equal(server.inspect(), AT_REST);
});

/** A file system over a transport that changes its Rreaddir replies. */
function listingFs(change: (reply: Uint8Array) => Uint8Array) {
  const server = serverFor(ram());
  const transport = new Loopback(server);
  const fs = createFs({ msize: server.msize, connect: () => transport });
  fs.mkdirSync('/d');
  transport.tamper = (reply) => (reply[4] === TYPE.Rreaddir ? change(reply) : reply);
  return { fs, server };
}

for (const [what, byte] of [
  ['a slash', 0x2f],
  ['a null byte', 0],
] as const) {
  test(`a name with ${what} in a listing is EPROTO, and nothing outside of the directory is removed`, () => {
    const { fs, server } = listingFs((reply) => reply.map((each) => (each === 0x7c ? byte : each)));
    fs.writeFileSync('/keep', '1');
    fs.writeFileSync('/d/..|keep', '2');
    assert.throws(() => fs.readdirSync('/d'), /EPROTO/);
    assert.throws(() => fs.rmSync('/d', { recursive: true }), /EPROTO/);
    assert.throws(() => fs.cpSync('/d', '/copy', { recursive: true }), /EPROTO/);
    assert.is(fs.readFileSync('/keep', 'utf8'), '1');
    fs.unmount();
    assert.equal(server.inspect(), AT_REST);
  });
}

test('a listing that begins anew each time, or that repeats an entry, ends with EPROTO', () => {
  let first: Uint8Array | null = null;
  const { fs, server } = listingFs((reply) => {
    first ??= reply.slice();
    return first;
  });
  assert.throws(() => fs.readdirSync('/'), /EPROTO/);
  fs.unmount();
  assert.equal(server.inspect(), AT_REST);
});

test('observers wrap each other, and see requests and replies', () => {
  const server = serverFor(ram());
  const attachment = new Attachment(server);
  const seen: string[] = [];
  for (const name of ['inner', 'outer']) {
    attachment.client.transport = new ObservedTransport(attachment.client.transport, {
      message: ({ type }) => seen.push(`${name} ${type}`),
      closed: () => seen.push(`${name} closed`),
    });
  }
  assert.is(attachment.client.getattr(attachment.client.root, 0), 0);
  assert.equal(seen.splice(0), [
    `outer ${TYPE.Tgetattr}`,
    `inner ${TYPE.Tgetattr}`,
    `inner ${TYPE.Rgetattr}`,
    `outer ${TYPE.Rgetattr}`,
  ]);
  attachment.close();
  assert.equal(seen, ['inner closed', 'outer closed']);
});

test('an Rerror with an errno is an Rlerror, as for Linux', () => {
  const server = serverFor(ram());
  const transport = new Loopback(server);
  const client = new Client(transport);
  assert.is(client.attach(), 0);
  transport.tamper = (reply) => {
    if (reply[4] === TYPE.Rlerror) reply[4] = 107;
    return reply;
  };
  assert.is(client.walk(client.root, ['nothing'], 0, 1), -E.ENOENT);
  // The Rerror of 9P2000 has a text, and is no message of 9P2000.L.
  transport.tamper = (reply) =>
    Uint8Array.of(13, 0, 0, 0, 107, reply[5]!, reply[6]!, 4, 0, ...new TextEncoder().encode('text'));
  assert.is(client.walk(client.root, ['nothing'], 0, 1), -E.ENOTSUP);
  client.close();
});

test('an Rlerror or Rerror with the errno 0 is no success', () => {
  const transport = new Loopback(serverFor(ram()));
  const client = new Client(transport);
  assert.is(client.attach(), 0);
  for (const type of [TYPE.Rlerror, 107]) {
    transport.tamper = (reply) => Uint8Array.of(11, 0, 0, 0, type, reply[5]!, reply[6]!, 0, 0, 0, 0);
    assert.is(client.walk(client.root, [], 0, 0), -E.EPROTO);
  }
  client.close();
});

test.run();
