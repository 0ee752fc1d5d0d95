// Whole sessions of arbitrary requests, many in a packet and packets cut anywhere, to sockets that are slow to read.
// WASI9P_FUZZ=1000000 npm test -- vfs/serve/fuzz sends so many messages.
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LOCK_FLAGS_BLOCK, NOFID, NOTAG, VERSION } from '../9p/constants.ts';
import { TYPE } from '../9p/codec.gen.ts';
import { decodeFrame, encodeFrame } from '../9p/schema/interpret.ts';
import { ram } from '../backends/ram/index.ts';
import { assertAtRest } from '../../testing/at-rest.ts';
import { CheckedBackend } from '../../testing/checked-backend.ts';
import { Server } from '../server/server.ts';
import { anyBroken, anyGood, anyVersion } from '../server/requests-testing.ts';
import { Service, type ByteStream } from './index.ts';
import { Socket } from './socket-testing.ts';

const MESSAGES = Number(process.env.WASI9P_FUZZ ?? 50_000);
const CLIENTS = 3;
const MSIZE = 8192;
const TAGS = 6;

/** The numbers of requests and replies with one tag. A client that uses it twice cannot tell whose an Rlerror is. */
interface Tag {
  readonly asked: Map<number, number>;
  readonly answered: Map<number, number>;
  pending: number;
}

/** A client of the test: its requests, and the replies to them. */
class Client {
  readonly socket = new Socket(MSIZE);
  private readonly tags = new Map<number, Tag>();
  /** True once a damaged frame was sent, after which anything may come. */
  isBroken = false;
  sent = 0;

  constructor(service: Service) {
    service.attachStream(this.socket as unknown as ByteStream);
    this.send([
      encodeFrame('Tversion', { tag: NOTAG, msize: MSIZE, version: VERSION }),
      encodeFrame('Tattach', { tag: 1, fid: 0, afid: NOFID, uname: '', aname: '', n_uname: 0 }),
      encodeFrame('Tmkdir', { tag: 1, dfid: 0, name: 'd', mode: 0o755, gid: 0 }),
      encodeFrame('Tmknod', { tag: 1, dfid: 0, name: 'b', mode: 0o100644, major: 0, minor: 0, gid: 0 }),
      encodeFrame('Twalk', { tag: 1, fid: 0, newfid: 1, wname: ['b'] }),
      encodeFrame('Tlopen', { tag: 1, fid: 1, flags: 2 }),
      encodeFrame('Twalk', { tag: 1, fid: 0, newfid: 2, wname: ['d'] }),
    ]);
  }

  send(frames: readonly Uint8Array[], cuts: readonly number[] = []): void {
    for (const frame of frames) {
      const { asked } = this.tagOf(frame[5]! | (frame[6]! << 8), 1);
      asked.set(frame[4]!, (asked.get(frame[4]!) ?? 0) + 1);
      this.sent++;
    }
    const bytes = Uint8Array.from(Buffer.concat(frames));
    let at = 0;
    for (const cut of [...cuts, bytes.length]) {
      if (at < bytes.length) this.socket.feed(bytes.slice(at, Math.min(bytes.length, at + cut)));
      at += cut;
    }
  }

  private tagOf(tag: number, more: number): Tag {
    let counts = this.tags.get(tag);
    if (counts === undefined) this.tags.set(tag, (counts = { asked: new Map(), answered: new Map(), pending: 0 }));
    counts.pending += more;
    return counts;
  }

  /** Checks the replies that have come. */
  check(): void {
    for (const bytes of this.socket.replies.splice(0)) {
      const { tag, message } = decodeFrame(bytes);
      if (this.isBroken) continue;
      const counts = this.tagOf(tag, -1);
      const type = bytes[4]! - 1;
      const times = (counts.answered.get(type) ?? 0) + 1;
      counts.answered.set(type, times);
      const isAsked = message === 'Rlerror' || times <= (counts.asked.get(type) ?? 0);
      assert.ok(isAsked && counts.pending >= 0, `${message} of tag ${tag} was not asked for`);
    }
  }
}

/** A lock that may have to wait, and the end of its wait. */
const anyLock = fc
  .record({ fid: fc.constant(1), ltype: fc.nat(2), proc_id: fc.nat(3), start: fc.nat(3), length: fc.nat(3) })
  .map((fields) => encodeFrame('Tlock', { tag: 1, flags: LOCK_FLAGS_BLOCK, client_id: 'c', ...fields }));
const anyFlush = fc.nat(TAGS).map((oldtag) => encodeFrame('Tflush', { tag: 1, oldtag }));

/** A frame with another tag; Tversion keeps its own. */
function tagged(frame: Uint8Array, tag: number): Uint8Array {
  if (frame.length < 7 || frame[4] === TYPE.Tversion) return frame;
  const bytes = Uint8Array.from(frame);
  bytes[5] = tag;
  bytes[6] = 0;
  return bytes;
}

const anyFrames = fc.array(
  fc.tuple(
    fc.oneof(
      { weight: 40, arbitrary: anyGood },
      { weight: 3, arbitrary: anyLock },
      { weight: 2, arbitrary: anyFlush },
      { weight: 1, arbitrary: anyVersion.filter((frame) => frame.length < 512) },
    ),
    fc.integer({ min: 1, max: TAGS }),
  ),
  { minLength: 1, maxLength: 12 },
);

const anyStep = fc.record({
  who: fc.nat(CLIENTS - 1),
  frames: anyFrames,
  broken: fc.option(anyBroken, { freq: 60 }),
  cuts: fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 5 }),
  slow: fc.boolean(),
  drain: fc.boolean(),
  kill: fc.nat(80).map((n) => n === 0),
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test(`whatever clients send, each request has its reply, and nothing is left: ${MESSAGES} messages`, async () => {
  let sent = 0;
  const property = fc.asyncProperty(fc.array(anyStep, { minLength: 20, maxLength: 60 }), async (steps) => {
    const checked = new CheckedBackend(ram({ capacity: 1 << 20 }));
    const server = new Server(checked.backend, { msize: MSIZE, maxFids: 50 });
    const service = new Service(server, { maxUnsent: 4096 });
    const clients = Array.from({ length: CLIENTS }, () => new Client(service));
    for (const { who, frames, broken, cuts, slow, drain, kill } of steps) {
      let client = clients[who]!;
      if (client.socket.isClosed || client.isBroken || kill) {
        client.check();
        client.socket.destroy();
        sent += client.sent;
        await turn();
        client = clients[who] = new Client(service);
      }
      client.socket.isSlow = slow;
      client.isBroken = broken !== null;
      client.send([...frames.map(([frame, tag]) => tagged(frame, tag)), ...(broken === null ? [] : [broken])], cuts);
      if (drain) for (const each of clients) each.socket.drain();
      for (let i = 0; i < 50 && clients.some(({ socket }) => socket.isWaiting && !socket.isSlow); i++) await turn();
      for (const each of clients) each.check();
      const { sessions, fids, inodes, orphans } = server.inspect();
      assert.ok(sessions <= CLIENTS && fids <= CLIENTS * 50 && inodes <= fids && orphans <= inodes);
    }
    for (const { socket } of clients) {
      socket.isSlow = false;
      for (let i = 0; i < 1000 && (socket.isWaiting || socket.writableLength > 0); i++) {
        socket.drain();
        await turn();
      }
    }
    for (const client of clients) {
      client.check();
      sent += client.sent;
      client.socket.destroy();
    }
    await turn();
    assert.is(service.clients, 0);
    server.close();
    assertAtRest(server);
    checked.rest();
  });
  while (sent < MESSAGES) await fc.assert(property, { numRuns: 20 });
});

test.run();
