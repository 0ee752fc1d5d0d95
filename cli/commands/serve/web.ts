// `serve --listen ws:…` and `wss:…`: clients behind WebSockets, by the package ws.
import { timingSafeEqual, createHash } from 'node:crypto';
import * as http from 'node:http';
import type { Duplex } from 'node:stream';
import type { Service, WebSocketLike } from '../../../vfs/serve/index.ts';
import type { InternetAddress } from './address.ts';
import { listenerOf, listening, type Endpoint } from './listener.ts';
import type { Credentials, SecureLimits } from './secure.ts';

/** The rules for clients of a WebSocket. */
export interface WebOptions extends SecureLimits {
  /** The token that a client must give, as `?token=` or as a bearer; '' for none. */
  readonly token: string;
  /** The origins of the pages that may connect; clients other than browsers have none. */
  readonly origins: readonly string[];
  /** Longest message in bytes. */
  readonly msize: number;
  /** Milliseconds in which the request for a WebSocket must come, and before it the handshake of TLS. */
  readonly handshakeTimeout: number;
}

/** The parts of the package ws that are used. */
interface WebSocketServer {
  handleUpgrade(
    request: http.IncomingMessage,
    socket: Duplex,
    head: Buffer,
    done: (socket: WebSocketLike) => void,
  ): void;
  close(): void;
}
interface Ws {
  readonly WebSocketServer: new (options: object) => WebSocketServer;
}

/** @throws Error with a sentence if the package is not installed. */
async function load(): Promise<Ws> {
  try {
    // A string to TypeScript: the package has no types.
    return (await import('ws' as string)) as Ws;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Error('--listen ws: needs the package ws: npm install ws.', { cause: error });
  }
}

/** Listens for WebSockets, over TLS with credentials. */
export async function listenOnWeb(
  address: InternetAddress,
  service: Service,
  options: WebOptions,
  credentials: Credentials | null,
): Promise<Endpoint> {
  const { WebSocketServer } = await load();
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: options.msize,
  });
  const { server, handshakes } = await serverOf(options, credentials);
  const admitted = limitRequests(server, credentials === null ? 'connection' : 'secureConnection', options);
  server.headersTimeout = options.handshakeTimeout;
  server.requestTimeout = options.handshakeTimeout;
  server.on('upgrade', (request, socket: Duplex, head: Buffer) => {
    socket.on('error', () => {});
    const status = refusal(request, options);
    if (status === 0) {
      admitted(socket);
      sockets.handleUpgrade(request, socket, head, (client) => service.attachWebSocket(client));
    } else
      socket.end(`HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  });
  await listening(server, address);
  const listener = listenerOf(address, server);
  return {
    ...listener,
    close() {
      handshakes?.end();
      // A connection that has not become a WebSocket would keep the server open.
      server.closeAllConnections();
      return listener.close();
    },
  };
}

/**
 * Ends the connections of a server that have not become a WebSocket: those that are too many, and those that take too long.
 * Node looks at its own time-outs every 30 s only.
 * @returns To be called with a connection that becomes one.
 */
function limitRequests(
  server: http.Server,
  event: 'connection' | 'secureConnection',
  { maxClients, handshakeTimeout }: SecureLimits,
): (socket: Duplex) => void {
  const waiting = new Map<Duplex, NodeJS.Timeout>();
  const settled = (socket: Duplex): void => {
    clearTimeout(waiting.get(socket));
    waiting.delete(socket);
  };
  server.on(event, (socket: Duplex) => {
    if (waiting.size >= maxClients) {
      socket.destroy();
      return;
    }
    const timer = setTimeout(() => socket.destroy(), handshakeTimeout);
    waiting.set(socket, timer);
    socket.once('close', () => settled(socket));
  });
  return settled;
}

/** The server of HTTP, by which a WebSocket begins; over TLS with credentials. */
async function serverOf(options: WebOptions, credentials: Credentials | null) {
  const answer: http.RequestListener = (_request, response) => {
    response.writeHead(UPGRADE_REQUIRED, { connection: 'close', 'content-type': 'text/plain', upgrade: 'websocket' });
    response.end('This is a 9P server: connect by a WebSocket.\n');
  };
  if (credentials === null) return { server: http.createServer(answer), handshakes: null };
  return (await import('./secure.ts')).secureHttp(credentials, options, answer);
}

const UPGRADE_REQUIRED = 426;
const FORBIDDEN = 403;
const UNAUTHORIZED = 401;

/** The status that refuses a request; 0 if it may connect. */
function refusal({ headers, url = '' }: http.IncomingMessage, { token, origins }: WebOptions): number {
  // A page of any site can connect to this machine, but the browser tells which it is.
  if (headers.origin !== undefined && !origins.includes(headers.origin)) return FORBIDDEN;
  if (token === '') return 0;
  const [, bearer] = /^Bearer (.*)$/i.exec(headers.authorization ?? '') ?? [];
  const given = bearer ?? new URLSearchParams(/\?(.*)$/s.exec(url)?.[1]).get('token') ?? '';
  return isSame(given, token) ? 0 : UNAUTHORIZED;
}

/** Compares in a time that does not depend on where the texts differ. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
