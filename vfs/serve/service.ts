// A service: exports that clients attach to over streams, ports and web sockets.
import { DISPOSE } from '../lib/dispose.ts';
import { SERVER, checkKind, invalid } from '../lib/options.ts';
import type { GuestServer } from '../server/guest-server.ts';
import type { WireObserver } from '../server/connection.ts';
import { CallCarrier, type Reply } from './call-carrier.ts';
import type { Attached, Carrier, CarrierHost } from './carrier.ts';
import { limitsOf, type ServiceOptions } from './limits.ts';
import { PortCarrier, type Port } from './port-carrier.ts';
import { listenAtPort, type Accepting } from './port-listener.ts';
import { StreamCarrier, type ByteStream } from './stream-carrier.ts';
import { WebSocketCarrier, type WebSocketLike } from './web-socket-carrier.ts';

/** The servers that clients may attach to, by the aname of Tattach. */
export type Exported = Readonly<Record<string, GuestServer>>;

/** Milliseconds between two looks at the time-outs, at least and at most. */
const LOOK_LEAST = 10;
const LOOK_MOST = 1000;

/**
 * Serves trees to clients outside of this program: the Linux kernel, QEMU, v86, Wanix, diod's tools, another wasi9p.
 *
 * ```ts
 * const service = new Service({ '/': serverFor(ram()), src: serverFor('./src') });
 * net.createServer((socket) => service.attachStream(socket)).listen(5640, '127.0.0.1');
 * new V86({ filesystem: { handle9p: service.handle9p() } });
 * ```
 *
 * Each client has a session of its own. The aname of its Tattach chooses the export: `src` and `/src` are the same, and
 * an empty one is the export `/`, or the first one if there is none. A client that is gone, silent or slow leaves no
 * fid, lock or orphan. There is no authentication and no encryption: whoever connects may do all that the export
 * allows.
 */
export class Service {
  /** Called with the messages of all clients. Whoever adds an observer deletes it. */
  readonly observers: Set<WireObserver> = new Set();
  private readonly servers = new Map<string, GuestServer>();
  private readonly carriers = new Set<Carrier>();
  private readonly listeners = new Set<Accepting>();
  private readonly host: CarrierHost;
  private timer: ReturnType<typeof setInterval> | null = null;
  private readonly period: number;

  /**
   * @param exported The server of each name; or one server, which is `/`.
   * @throws TypeError if there is no server, or an option is invalid.
   */
  constructor(exported: GuestServer | Exported, options: ServiceOptions = {}) {
    const limits = limitsOf(options);
    const table = isServer(exported) ? { '/': exported } : exported;
    checkKind(table, 'Object', 'exported');
    for (const [name, server] of Object.entries(table)) {
      checkKind(server, SERVER, `exported.${name}`);
      this.servers.set(keyOf(name), server);
    }
    const [first] = this.servers.values();
    if (first === undefined) throw invalid('"exported" must have a server');
    let inFlight = 0;
    this.host = {
      limits,
      first: this.servers.get('') ?? first,
      observers: this.observers,
      exports: { find: (aname) => this.find(aname) },
      count: (bytes) => {
        if (bytes > 0 && inFlight + bytes > limits.maxInFlight) return false;
        inFlight += bytes;
        return true;
      },
      remove: (carrier) => this.remove(carrier),
    };
    const shortest = Math.min(limits.handshakeTimeout, limits.stallTimeout, limits.idleTimeout || Infinity);
    this.period = Math.min(LOOK_MOST, Math.max(LOOK_LEAST, shortest / 4));
  }

  private find(aname: string): GuestServer | undefined {
    const key = keyOf(aname);
    return key === '' ? this.host.first : this.servers.get(key);
  }

  /** Number of clients. */
  get clients(): number {
    return this.carriers.size;
  }

  /**
   * Serves a client behind a stream of bytes. The stream is the service's from now on, which ends it.
   * @param stream A Duplex of Node, such as a net.Socket, that nothing was read from.
   * @returns The client; null if there are too many: the stream is destroyed then.
   */
  attachStream(stream: ByteStream): Attached | null {
    checkKind(stream, 'Duplex.write', 'stream');
    if (!this.admits()) {
      stream.on('error', () => {});
      stream.destroy();
      return null;
    }
    return this.add(new StreamCarrier(this.host, stream, isSocket(stream)));
  }

  /**
   * Serves a client behind a message port, which posts each request as a Uint8Array and gets each reply as one.
   * @param port A MessagePort or a Worker, of a browser or of Node.
   * @returns The client; null if there are too many: the port is closed then.
   */
  attachPort(port: Port): Attached | null {
    checkKind(port, 'MessagePort.postMessage', 'port');
    if (this.admits()) return this.add(new PortCarrier(this.host, port));
    port.close?.();
    return null;
  }

  /**
   * Serves clients in another thread of this process, as many as that thread opens by `remote('9p+worker:NAME')`.
   * Sessions end with the thread.
   *
   * ```ts
   * const { port1, port2 } = new MessageChannel();
   * service.acceptPorts(port1);
   * new Worker(script, { workerData: { files: port2 }, transferList: [port2] }); // remote('9p+worker:files')
   * ```
   * @param port A MessagePort whose other end the thread has in its workerData.
   */
  acceptPorts(port: Port): Accepting {
    checkKind(port, 'MessagePort.postMessage', 'port');
    const listener = listenAtPort(
      port,
      (frames) => this.attachPort(frames),
      (ended) => this.listeners.delete(ended),
    );
    this.listeners.add(listener);
    return listener;
  }

  /**
   * Serves a client behind a WebSocket: each binary message is one whole 9P message, in both directions.
   * @param socket A socket of the package `ws`.
   * @returns The client; null if there are too many: the socket is closed then, with the code 1013.
   */
  attachWebSocket(socket: WebSocketLike): Attached | null {
    checkKind(socket, 'WebSocket.terminate', 'socket');
    if (this.admits()) return this.add(new WebSocketCarrier(this.host, socket));
    socket.on('error', () => {});
    socket.close(TRY_AGAIN_LATER, 'too many clients');
    return null;
  }

  /**
   * A function that serves one client, which calls it with each request and a function for its reply: `handle9p` of
   * v86. `reply` is called before it returns, or later for a lock that waits.
   * @throws Error if there are too many clients.
   */
  handle9p(): (request: Uint8Array, reply: Reply) => void {
    if (!this.admits()) throw new Error(`The service has ${this.clients} clients, and takes no more.`);
    const carrier = new CallCarrier(this.host);
    this.carriers.add(carrier);
    return (request, reply) => carrier.call(request, reply);
  }

  private admits(): boolean {
    return this.carriers.size < this.host.limits.maxClients;
  }

  private add(carrier: Carrier): Attached {
    this.carriers.add(carrier);
    if (this.timer === null) {
      this.timer = setInterval(() => this.look(), this.period);
      // The streams keep the process alive, not their time-outs.
      (this.timer as { unref?: () => void }).unref?.();
    }
    return carrier;
  }

  private remove(carrier: Carrier): void {
    this.carriers.delete(carrier);
    if (this.carriers.size > 0 || this.timer === null) return;
    clearInterval(this.timer);
    this.timer = null;
  }

  private look(): void {
    const now = performance.now();
    for (const carrier of this.carriers) carrier.look(now);
  }

  /** Ends all sessions, and closes each wire when its client has read the replies. Settles when all are closed. */
  async end(): Promise<void> {
    this.stopAccepting();
    const carriers = [...this.carriers];
    for (const carrier of carriers) carrier.end();
    await Promise.all(carriers.map(({ closed }) => closed));
  }

  /** Ends all sessions and closes their wires at once. The servers stay open. */
  close(): void {
    this.stopAccepting();
    for (const carrier of [...this.carriers]) carrier.close();
  }

  private stopAccepting(): void {
    for (const listener of [...this.listeners]) listener.close();
  }

  [DISPOSE](): void {
    this.close();
  }
}

/** The code of a close for a server that has too much to do (IANA's registry of close codes). */
const TRY_AGAIN_LATER = 1013;

function isServer(value: GuestServer | Exported): value is GuestServer {
  return typeof (value as Partial<GuestServer> | null)?.connect === 'function';
}

/** The key of an export: its name without slashes at the start. */
function keyOf(name: string): string {
  return name.replace(/^\/+/, '');
}

/** True for a net.Socket: once `writableLength` is 0, the kernel has all bytes. */
function isSocket(stream: ByteStream): boolean {
  return stream.constructor.name === 'Socket' && typeof (stream as { setNoDelay?: unknown }).setNoDelay === 'function';
}
