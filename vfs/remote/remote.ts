// `remote`: servers that are reached over a wire, for whatever accepts a server.
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { MessagePort } from 'node:worker_threads';
import { mustBe } from '../lib/options.ts';
import type { Attachable, Transport } from '../transport/transport.ts';
import { RemoteCalls } from './calls/remote-calls.ts';
import { checkSettings, type RemoteOptions, type SessionSettings } from './settings.ts';
import { RemoteTransport } from './session/transport.ts';
import { parseUrl, type ServerAddress, type Pem } from './url.ts';
import { ByteWire } from './wire/byte-wire.ts';
import type { ClientWire } from './wire/client-wire.ts';
import { PortWire } from './wire/port-wire.ts';

/** Defaults of RemoteOptions. */
const MSIZE = 1 << 20;
const CONNECT_TIMEOUT = 10_000;
const TIMEOUT = 60_000;

/**
 * A server elsewhere. Each `connect` opens a connection of its own, with a helper thread, which the end of the session
 * ends. It keeps nothing open between them.
 */
export class RemoteServer implements Attachable {
  readonly msize: number;
  /** The class of the calls on it. @internal */
  readonly Calls = RemoteCalls;
  /** The URL, for messages; `a port` without one. */
  readonly url: string;
  private readonly address: ServerAddress;
  private readonly options: RemoteOptions;
  private port: MessagePort | null;

  /** @internal */
  constructor(url: string, address: ServerAddress, options: RemoteOptions, port: MessagePort | null = null) {
    this.url = url;
    this.address = address;
    this.options = options;
    this.port = port;
    this.msize = options.msize ?? MSIZE;
  }

  /** Opens a connection. @throws Error if there is none within `connectTimeout`, with a sentence. */
  connect(): Transport {
    const { address, options, port } = this;
    if (address.kind === 'port' && port === null) {
      throw new Error('The port is used by another connection: make a MessageChannel for each.');
    }
    this.port = null;
    return new RemoteTransport(this.open(port), settingsFrom(options));
  }

  private open(port: MessagePort | null): ClientWire {
    const address = this.completed();
    if (address.kind === 'worker') return this.openWorker(address.name);
    try {
      return ByteWire.open(address, port, this.options.connectTimeout ?? CONNECT_TIMEOUT);
    } catch (error) {
      const why = (error as Error).message;
      const check = isSecure(address)
        ? 'Check that a 9P server listens there, and give the CA of its certificate as ca=FILE.'
        : 'Check that a 9P server listens there.';
      throw new Error(`${this.url} cannot be reached: ${why}. ${check}`, { cause: error });
    }
  }

  private openWorker(name: string): ClientWire {
    try {
      return PortWire.named(name);
    } catch (error) {
      const why = (error as Error).message;
      const way = `Pass one end of a MessageChannel in workerData, and the other one to service.acceptPorts.`;
      throw new Error(`${this.url} cannot be reached: ${why}. ${way}`, { cause: error });
    }
  }

  /** The address with the token and the files of the options. */
  private completed(): ServerAddress {
    const { address } = this;
    const { token } = this.options;
    if (address.kind === 'ws') {
      const url = token === undefined ? address.url : `${address.url}?token=${encodeURIComponent(token)}`;
      return isSecure(address) ? { kind: 'ws', url, pem: this.pem() } : { kind: 'ws', url };
    }
    return address.kind === 'tls' ? { ...address, pem: this.pem() } : address;
  }

  /** The files of the options. @throws Error with a sentence if one cannot be read. */
  private pem(): Pem {
    const { options } = this;
    const read = (name: 'ca' | 'cert' | 'key'): Pem => {
      const file = options[name];
      if (file === undefined) return {};
      try {
        return { [name]: readFileSync(file, 'utf8') };
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        throw new Error(`${this.url}: ${name}=${file} cannot be read: ${code}. Give a file in PEM.`, { cause: error });
      }
    };
    return { ...read('ca'), ...read('cert'), ...read('key') };
  }
}

/** The settings of a session, with the defaults. */
export function settingsFrom(options: RemoteOptions): SessionSettings {
  return {
    msize: options.msize ?? MSIZE,
    timeout: options.timeout ?? TIMEOUT,
    aname: options.aname ?? '',
    uname: options.uname ?? nameOfUser(),
    uid: options.uid ?? process.getuid?.() ?? null,
    cache: options.cache ?? 'none',
    orphans: options.orphans ?? 'probe',
  };
}

/** True if the server has a certificate. */
function isSecure(address: ServerAddress): boolean {
  return address.kind === 'tls' || (address.kind === 'ws' && address.url.startsWith('wss:'));
}

function nameOfUser(): string {
  try {
    return userInfo().username;
  } catch {
    // The user has no entry in the system's list.
    return '';
  }
}

/** The MessagePort of node:worker_threads, as far as a type needs it: the declarations need no types of Node. */
export interface NodePort {
  postMessage(message: unknown, transfer?: readonly never[]): void;
  ref(): void;
  unref(): void;
}

/**
 * A 9P2000.L server elsewhere, for whatever accepts a server: `preopens`, `createFs`, `Namespace`, `Attachment`.
 *
 * ```ts
 * const fs = createFs(remote('9p+tcp://127.0.0.1:5640/export?msize=256K'));
 * ```
 *
 * The calls wait for the server: this thread does nothing else meanwhile, so that the server must not be in it. A server
 * that is gone, or that does not answer within `timeout`, is EIO at once, and in each later call of the session.
 * @param where `9p+tcp://HOST:PORT/ANAME` or `9p+tls:`, `9p+unix:PATH`, `9p+ws://HOST:PORT/PATH` or `9p+wss:`, or
 *   `9p+worker:NAME`, each with options as parameters; or a MessagePort at whose other end a server takes and gives whole messages, each a Uint8Array. A port
 *   serves one session.
 * @param options They have precedence over the parameters.
 * @throws TypeError if an argument is invalid. `connect()` throws an Error if there is no connection.
 */
export function remote(where: string | NodePort, options: RemoteOptions = {}): RemoteServer {
  const checked = checkSettings(options);
  if (where instanceof MessagePort) return new RemoteServer('The port', { kind: 'port' }, checked, where);
  if (typeof where !== 'string') throw mustBe('a URL or a MessagePort', 'where', where);
  const { address, options: own } = parseUrl(where);
  return new RemoteServer(where, address, { ...own, ...checked });
}
