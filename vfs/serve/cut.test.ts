// Connections that end at any moment: nothing is left of them.
import * as net from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ram } from '../backends/ram/index.ts';
import { AT_REST, assertAtRest } from '../../testing/at-rest.ts';
import { CheckedBackend } from '../../testing/checked-backend.ts';
import { Server } from '../server/server.ts';
import { recording } from '../server/requests-testing.ts';
import { Service, type ByteStream } from './index.ts';
import { Socket } from './socket-testing.ts';
import { TcpService } from './testing.ts';

const RECORDING = Buffer.concat(recording());

/** Serves the first bytes of the recording, in two pieces, to a new server, and ends the connection in some way. */
async function cutAt(cut: number, end: (socket: Socket) => void): Promise<number> {
  const checked = new CheckedBackend(ram());
  const server = new Server(checked.backend);
  const service = new Service(server);
  const socket = new Socket(8192);
  service.attachStream(socket as unknown as ByteStream);
  const half = cut >> 1;
  socket.feed(Uint8Array.from(RECORDING.subarray(0, half)));
  if (cut > half) socket.feed(Uint8Array.from(RECORDING.subarray(half, cut)));
  const { orphans } = server.inspect();
  end(socket);
  for (let i = 0; i < 100 && service.clients > 0; i++) await new Promise((resolve) => setImmediate(resolve));
  assert.is(service.clients, 0, `cut at ${cut}`);
  // The end of the last session has reclaimed all.
  assert.equal(server.inspect(), AT_REST, `cut at ${cut}`);
  server.close();
  checked.rest();
  return orphans;
}

test('a recorded session, cut at every byte: fids, locks and orphans are gone', async () => {
  let most = 0;
  for (let cut = 0; cut <= RECORDING.length; cut++) {
    most = Math.max(most, await cutAt(cut, (socket) => socket.destroy()));
    await cutAt(cut, (socket) => socket.finish());
  }
  assert.is(most, 2, 'there were orphans to free');
});

test('1,000 connections over TCP, opened and killed at random moments', async () => {
  const server = new Server(ram());
  const tcp = await TcpService.start(server, { maxClients: 200 });
  const whole = RECORDING.length;
  try {
    let open = 0;
    const one = async (): Promise<void> => {
      const socket = net.connect({ port: tcp.port, host: '127.0.0.1', noDelay: true });
      socket.on('error', () => {});
      const closed = new Promise((resolve) => socket.on('close', resolve));
      if (Math.random() < 0.9) await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
      open++;
      const cut = Math.floor(Math.random() * (whole + 1));
      for (let at = 0; at < cut && !socket.destroyed;) {
        const piece = Math.min(cut - at, 1 + Math.floor(Math.random() * 300));
        socket.write(RECORDING.subarray(at, at + piece));
        at += piece;
        if (Math.random() < 0.3) await new Promise((resolve) => setImmediate(resolve));
      }
      // A reset, or the end of the stream behind what was sent.
      if (Math.random() < 0.5) socket.destroy();
      else socket.resume().end();
      setTimeout(() => socket.destroy(), 5).unref();
      await closed;
    };
    for (let round = 0; round < 20; round++) await Promise.all(Array.from({ length: 50 }, one));
    assert.is(open, 1000);
    await tcp.rest();
    await tcp.stop();
    assertAtRest(server);
  } finally {
    tcp.abandon();
  }
});

test.run();
