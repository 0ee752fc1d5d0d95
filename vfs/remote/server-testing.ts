// The thread of a server for tests: our own Server behind a small net server, with the faults of a bad link or a bad server.
import { createServer, type Socket } from 'node:net';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import type { Backend } from '../backend/backend.ts';
import { hostDir } from '../backends/hostdir/index.ts';
import { ram } from '../backends/ram/index.ts';
import { TYPE } from '../9p/codec.gen.ts';
import { createFs } from '../fs/index.ts';
import { E } from '../linux/errno.ts';
import { Connection } from '../server/connection.ts';
import { Service } from '../serve/index.ts';
import { Server } from '../server/server.ts';

/** The behaviour of a server for tests. */
export interface Serving {
  /** The socket that it listens at; '' for a free port of the loopback address. */
  readonly path?: string;
  /** The directory that it serves. Default: a store in memory. */
  readonly dir?: string;
  /** Bytes of the store in memory. */
  readonly capacity?: number;
  /** Milliseconds that each chunk takes, each way. */
  readonly delay?: number;
  /** A fault, from the reply with this number on. */
  readonly fault?: { readonly kind: 'stall' | 'garbage' | 'cut' | 'close' | 'tag' | 'type'; readonly after: number };
  /** Milliseconds after which the thread ends itself, once a fault has begun. */
  readonly dies?: number;
  /** Messages that are answered with ENOTSUP, by their names. */
  readonly without?: readonly string[];
  /** The longest message. */
  readonly msize?: number;
}

/** A question to the server: it answers by numbers, in the order of Inspection, and the count of frames. */
export interface Question {
  /** True if all files are to be removed first. */
  readonly clear?: boolean;
  readonly words: Int32Array;
}

const serving = workerData as Serving;
const backend: Backend =
  serving.dir === undefined
    ? ram(serving.capacity === undefined ? {} : { capacity: serving.capacity })
    : hostDir(serving.dir);
const server = new Server(backend, serving.msize === undefined ? {} : { msize: serving.msize });
let frames = 0;

/** Does something after the delay of the link. */
function later(act: () => void): void {
  if (serving.delay === undefined) act();
  else setTimeout(act, serving.delay);
}

/** Serves one connection. */
class Served {
  private readonly connection: Connection;
  private rest: Buffer = Buffer.alloc(0);
  private replies = 0;
  private readonly send: (bytes: Buffer) => void;
  private readonly end: () => void;

  constructor(send: (bytes: Buffer) => void, end: () => void) {
    this.send = send;
    this.end = end;
    this.connection = new Connection(server, (reply) => this.reply(Buffer.from(reply)));
  }

  private reply(reply: Buffer): void {
    const { fault } = serving;
    if (fault === undefined || ++this.replies <= fault.after) return this.send(reply);
    if (serving.dies !== undefined) setTimeout(() => process.exit(), serving.dies);
    if (fault.kind === 'garbage') return this.send(Buffer.alloc(64, 0xa5));
    if (fault.kind === 'tag') reply[5] = reply[5]! ^ 0x40;
    if (fault.kind === 'type') reply[4] = TYPE.Rflush;
    if (fault.kind === 'cut') this.send(reply.subarray(0, reply.length - 3));
    if (fault.kind === 'cut' || fault.kind === 'close') return this.end();
    if (fault.kind !== 'stall') this.send(reply);
  }

  arrived(bytes: Buffer): void {
    this.rest = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    while (this.rest.length >= 4 && this.rest.length >= this.rest.readUInt32LE(0)) {
      const size = this.rest.readUInt32LE(0);
      this.frame(this.rest.subarray(0, size));
      this.rest = this.rest.subarray(size);
    }
  }

  frame(frame: Buffer): void {
    frames++;
    const type = frame[4]!;
    if (serving.without?.some((name) => TYPE[name as keyof typeof TYPE] === type)) {
      const reply = Buffer.alloc(11);
      reply.writeUInt32LE(11);
      reply[4] = TYPE.Rlerror;
      frame.copy(reply, 5, 5, 7);
      reply.writeUInt32LE(E.ENOTSUP, 7);
      this.reply(reply);
    } else if (!this.connection.receive(frame)) this.end();
  }

  close(): void {
    this.connection.close();
  }
}

const net = createServer({ noDelay: true }, (socket: Socket) => {
  const served = new Served(
    (bytes) => later(() => socket.write(bytes)),
    () => later(() => socket.destroy()),
  );
  socket.on('data', (bytes) => later(() => served.arrived(bytes)));
  socket.on('error', () => undefined);
  socket.on('close', () => served.close());
});

/** Removes all files. */
function clear(): void {
  const fs = createFs(server);
  for (const name of fs.readdirSync('/')) fs.rmSync(`/${name}`, { recursive: true });
  fs.unmount();
  server.sync();
}

function servePort(port: MessagePort): void {
  const served = new Served(
    (bytes) => port.postMessage(new Uint8Array(bytes)),
    () => port.close(),
  );
  port.on('message', (bytes: Uint8Array) => served.frame(Buffer.from(bytes)));
  port.on('close', () => served.close());
}

const service = new Service(server);

parentPort!.on('message', (asked: Question | MessagePort | { accept: MessagePort }) => {
  if ('accept' in asked) return void service.acceptPorts(asked.accept);
  if (!('words' in asked)) return servePort(asked);
  if (asked.clear === true) clear();
  const counts = Object.values(server.inspect());
  for (const [i, count] of [...counts, frames].entries()) Atomics.store(asked.words, i + 1, count);
  Atomics.store(asked.words, 0, 1);
  Atomics.notify(asked.words, 0);
});

net.listen(serving.path === undefined ? { host: '127.0.0.1', port: 0 } : { path: serving.path }, () => {
  const address = net.address();
  parentPort!.postMessage(typeof address === 'object' ? (address?.port ?? 0) : 0, []);
});
