// A client of raw frames over a stream, and a TCP server of a service, for the tests of this folder.
import * as net from 'node:net';
import { NOFID, NOTAG, VERSION } from '../9p/constants.ts';
import { decodeFrame, encodeFrame, type Frame } from '../9p/schema/interpret.ts';
import type { Name } from '../9p/schema/messages.ts';
import type { Fields } from '../9p/schema/types.ts';
import { errnoName } from '../linux/errno.ts';
import * as assert from '../../testing/assert.ts';
import { assertAtRest } from '../../testing/at-rest.ts';
import type { Server } from '../server/server.ts';
import { Service, type ServiceOptions } from './index.ts';

type RequestName = Extract<Name, `T${string}`>;

/** Milliseconds until a reply or an end that does not come fails a test. */
const PATIENCE = 20_000;

/** A client on a socket. Replies are kept until they are asked for. */
export class RawSocket {
  readonly socket: net.Socket;
  readonly replies: Frame[] = [];
  isClosed = false;
  private bytes: Buffer = Buffer.alloc(0);
  private waiting: (() => void)[] = [];

  constructor(socket: net.Socket) {
    this.socket = socket;
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => this.take(chunk));
    socket.on('end', () => socket.destroy());
    socket.on('close', () => {
      this.isClosed = true;
      this.wake();
    });
  }

  private take(chunk: Buffer): void {
    this.bytes = this.bytes.length === 0 ? chunk : Buffer.concat([this.bytes, chunk]);
    let at = 0;
    while (this.bytes.length - at >= 4) {
      const size = this.bytes.readUInt32LE(at);
      if (this.bytes.length - at < size) break;
      this.replies.push(decodeFrame(Uint8Array.from(this.bytes.subarray(at, at + size))));
      at += size;
    }
    this.bytes = this.bytes.subarray(at);
    this.wake();
  }

  private wake(): void {
    for (const go of this.waiting.splice(0)) go();
  }

  /** Waits until `is` holds. */
  async until(is: () => boolean, what: string): Promise<void> {
    const end = Date.now() + PATIENCE;
    while (!is()) {
      const left = end - Date.now();
      if (left <= 0) throw new Error(`did not come: ${what}`);
      let timer: ReturnType<typeof setTimeout> | undefined;
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve);
        timer = setTimeout(resolve, left);
      });
      clearTimeout(timer);
    }
  }

  send(...frames: Uint8Array[]): void {
    this.socket.write(Buffer.concat(frames));
  }

  /** The next reply; null when the connection is closed without one. */
  async next(): Promise<Frame | null> {
    await this.until(() => this.replies.length > 0 || this.isClosed, 'a reply');
    return this.replies.shift() ?? null;
  }

  async ask<N extends RequestName>(name: N, fields: Fields<N>, tag = 1): Promise<Frame | null> {
    this.send(encodeFrame(name, { tag, ...fields }));
    return this.next();
  }

  /** The name of the errno of a request; the name of its reply if it succeeds; `closed`. */
  async errno<N extends RequestName>(name: N, fields: Fields<N>, tag = 1): Promise<string> {
    const reply = await this.ask(name, fields, tag);
    if (reply === null) return 'closed';
    return reply.message === 'Rlerror' ? errnoName(reply.ecode) : reply.message;
  }

  async version(msize = 8192): Promise<void> {
    assert.is(await this.errno('Tversion', { msize, version: VERSION }, NOTAG), 'Rversion');
  }

  /** Tversion, and Tattach as fid 0. */
  async begin(msize = 8192, aname = ''): Promise<this> {
    await this.version(msize);
    assert.is(await this.errno('Tattach', attach(0, aname)), 'Rattach');
    return this;
  }

  /** Waits until the server closes the connection. */
  async ended(): Promise<void> {
    await this.until(() => this.isClosed, 'the end of the connection');
  }

  async close(): Promise<void> {
    this.socket.destroy();
    await this.ended();
  }
}

/** The fields of a Tattach. */
export function attach(fid: number, aname = ''): Fields<'Tattach'> {
  return { fid, afid: NOFID, uname: '', aname, n_uname: 0 };
}

/** A service on TCP, on a port of the loopback interface. */
export class TcpService {
  readonly service: Service;
  readonly server: net.Server;
  private readonly servers: readonly Server[];

  private constructor(service: Service, server: net.Server, servers: readonly Server[]) {
    this.service = service;
    this.server = server;
    this.servers = servers;
  }

  static async start(exported: Server | Record<string, Server>, options: ServiceOptions = {}): Promise<TcpService> {
    const service = new Service(exported, options);
    const server = net.createServer({ allowHalfOpen: true, noDelay: true });
    server.on('connection', (socket) => service.attachStream(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const servers = typeof exported.connect === 'function' ? [exported as Server] : Object.values(exported);
    return new TcpService(service, server, servers);
  }

  get port(): number {
    return (this.server.address() as net.AddressInfo).port;
  }

  /** A new connection. */
  async connect(options: Partial<net.TcpNetConnectOpts> = {}): Promise<RawSocket> {
    const socket = net.connect({ port: this.port, host: '127.0.0.1', noDelay: true, ...options });
    const client = new RawSocket(socket);
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return client;
  }

  /** Waits until no client is left, and checks that nothing is left of them. */
  async rest(): Promise<void> {
    const end = Date.now() + PATIENCE;
    while (this.service.clients > 0 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.is(this.service.clients, 0, 'clients are left');
    for (const server of this.servers) {
      server.sync();
      assertAtRest(server);
    }
  }

  /** Lets the process end, also after a test that failed. */
  abandon(): void {
    this.service.close();
    this.server.close();
  }

  async stop(): Promise<void> {
    this.service.close();
    await this.rest();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
