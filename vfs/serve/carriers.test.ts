// Ports, calls and streams that are no sockets.
import { Duplex, PassThrough } from 'node:stream';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LOCK_FLAGS_BLOCK, NOFID, NOTAG, VERSION } from '../9p/constants.ts';
import { decodeFrame, encodeFrame, type Frame } from '../9p/schema/interpret.ts';
import { ram } from '../backends/ram/index.ts';
import { O_CREAT, O_RDWR } from '../linux/constants.ts';
import { E } from '../linux/errno.ts';
import { Server } from '../server/server.ts';
import { assertAtRest } from '../../testing/at-rest.ts';
import { Service, type ByteStream } from './index.ts';

const HELLO = encodeFrame('Tversion', { tag: NOTAG, msize: 65_536, version: VERSION });
const ATTACH = encodeFrame('Tattach', { tag: 1, fid: 0, afid: NOFID, uname: '', aname: '', n_uname: 0 });

function lock(fid: number, tag: number, ltype: number, proc_id: number, flags: number): Uint8Array {
  return encodeFrame('Tlock', { tag, fid, ltype, flags, start: 0, length: 0, proc_id, client_id: 'c' });
}

/** A service, which is at rest at the end. */
async function withService(run: (service: Service, server: Server) => Promise<void> | void): Promise<void> {
  const server = new Server(ram());
  const service = new Service(server);
  try {
    await run(service, server);
  } finally {
    service.close();
  }
  assert.is(service.clients, 0);
  assertAtRest(server);
}

test('handle9p: each request has its reply, one that waits later', () =>
  withService((service) => {
    const handle = service.handle9p();
    const said: string[] = [];
    const call = (frame: Uint8Array): void =>
      handle(frame, (reply) => {
        const { tag, message, ...rest } = decodeFrame(reply);
        said.push(
          `${tag} ${message}${message === 'Rlerror' ? ` ${(rest as unknown as { ecode: number }).ecode}` : ''}`,
        );
      });
    const take = (): string[] => said.splice(0);
    call(HELLO);
    call(ATTACH);
    assert.equal(take(), [`${NOTAG} Rversion`, '1 Rattach']);
    for (const fid of [1, 2]) {
      call(encodeFrame('Twalk', { tag: 2, fid: 0, newfid: fid, wname: [] }));
      call(encodeFrame('Tlcreate', { tag: 3, fid, name: 'f', flags: O_RDWR | O_CREAT, mode: 0o644, gid: 0 }));
    }
    assert.equal(take(), ['2 Rwalk', '3 Rlcreate', '2 Rwalk', '3 Rlcreate']);
    call(lock(1, 4, 1, 1, 0));
    call(lock(2, 5, 1, 2, LOCK_FLAGS_BLOCK));
    call(lock(2, 6, 1, 3, LOCK_FLAGS_BLOCK));
    assert.equal(take(), ['4 Rlock']);
    call(encodeFrame('Tgetattr', { tag: 5, fid: 0, request_mask: 0 }));
    assert.equal(take(), [`5 Rlerror ${E.EINVAL}`], 'the tag is in use');
    call(encodeFrame('Tflush', { tag: 7, oldtag: 6 }));
    call(lock(1, 8, 2, 1, 0));
    assert.equal(take(), ['7 Rflush', '5 Rlock', '8 Rlock']);
    call(Uint8Array.of(1, 2, 3));
    call(HELLO);
    assert.equal(take(), [`${NOTAG} Rlerror ${E.EIO}`, `${NOTAG} Rlerror ${E.EIO}`], 'it is over');
  }));

/** Sends frames to a port and collects the replies. */
function over(port: MessagePort): { replies: Frame[]; count: (n: number) => Promise<void> } {
  const replies: Frame[] = [];
  port.on('message', (reply: Uint8Array) => replies.push(decodeFrame(reply)));
  const count = async (n: number): Promise<void> => {
    for (let i = 0; i < 5000 && replies.length < n; i++) await new Promise((resolve) => setTimeout(resolve, 2));
    assert.is(replies.length, n);
  };
  return { replies, count };
}

test('a message port carries a frame a message', () =>
  withService(async (service, server) => {
    const { port1, port2 } = new MessageChannel();
    const attached = service.attachPort(port1)!;
    const { replies, count } = over(port2);
    port2.postMessage(HELLO);
    port2.postMessage(ATTACH);
    await count(2);
    assert.equal(
      replies.map(({ message }) => message),
      ['Rversion', 'Rattach'],
    );
    assert.is(server.inspect().fids, 1);
    port2.close();
    await attached.closed;
  }));

test('what is no frame ends a port', () =>
  withService(async (service) => {
    for (const wrong of ['text', null, new ArrayBuffer(7), Uint8Array.of(1), HELLO.subarray(0, 12)]) {
      const { port1, port2 } = new MessageChannel();
      const attached = service.attachPort(port1)!;
      port2.postMessage(wrong);
      await attached.closed;
      port2.close();
    }
  }));

/** Two streams of which each reads what the other writes, by reference: nothing is copied. */
function pair(): [Duplex, Duplex] {
  const [there, back] = [new PassThrough(), new PassThrough()];
  return [Duplex.from({ readable: there, writable: back }), Duplex.from({ readable: back, writable: there })];
}

test('a stream that keeps what is written gets buffers that are not used again', () =>
  withService(async (service) => {
    const [ours, theirs] = pair();
    const attached = service.attachStream(ours as ByteStream)!;
    const chunks: Buffer[] = [];
    theirs.on('data', (chunk: Buffer) => chunks.push(chunk));
    const write = (...frames: Uint8Array[]): void => void theirs.write(Buffer.concat(frames));
    write(HELLO, ATTACH);
    write(encodeFrame('Twalk', { tag: 1, fid: 0, newfid: 1, wname: [] }));
    write(encodeFrame('Tlcreate', { tag: 1, fid: 1, name: 'f', flags: O_RDWR | O_CREAT, mode: 0o644, gid: 0 }));
    for (let i = 0; i < 8; i++) {
      write(encodeFrame('Twrite', { tag: i, fid: 1, offset: 0, data: new Uint8Array(9000).fill(i) }));
      write(encodeFrame('Tread', { tag: i, fid: 1, offset: 0, count: 9000 }));
    }
    for (let i = 0; i < 2000 && chunks.reduce((sum, { length }) => sum + length, 0) < 8 * 9022; i++)
      await new Promise((resolve) => setTimeout(resolve, 2));
    const bytes = Buffer.concat(chunks);
    let seen = 0;
    for (let at = 0; at < bytes.length; at += bytes.readUInt32LE(at)) {
      const frame = decodeFrame(Uint8Array.from(bytes.subarray(at, at + bytes.readUInt32LE(at))));
      if (frame.message !== 'Rread') continue;
      const { data } = frame as unknown as { data: Uint8Array };
      assert.equal(data, new Uint8Array(9000).fill(seen++));
    }
    assert.is(seen, 8);
    theirs.end();
    await attached.closed;
    theirs.destroy();
  }));

test.run();
