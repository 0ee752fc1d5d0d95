// `serve --listen tls:…` and `wss:…`: the key and the certificates, and the listener for streams over TLS. Loaded only if
// one of them is asked for, as node:tls is.
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import * as https from 'node:https';
import type { Socket } from 'node:net';
import * as tls from 'node:tls';
import type { Service } from '../../../vfs/serve/index.ts';
import { hostPath } from '../../lib/lossy.ts';
import { UsageError, type Parsed } from '../../lib/options.ts';
import { reasonOf } from '../../lib/reason.ts';
import type { InternetAddress } from './address.ts';
import { SOCKET_OPTIONS, listenerOf, listening, type Endpoint } from './listener.ts';

/** The server's key and certificate, and the CA that signs those of its clients; without it clients need none. */
export interface Credentials {
  readonly key: Buffer;
  readonly cert: Buffer;
  readonly ca?: Buffer;
}

/** The limits of a TLS client until its handshake is complete. */
export interface SecureLimits {
  /** Handshakes at a time. */
  readonly maxClients: number;
  /** Milliseconds that a handshake may take. */
  readonly handshakeTimeout: number;
}

/** The credentials of a command line. @throws UsageError */
export function credentialsOf({ options }: Parsed): Credentials {
  const read = (name: string): Buffer => {
    const file = options.get(name)?.[0];
    if (file === undefined) {
      throw new UsageError(`--${name} FILE is missing: --listen tls: and wss: need a key and a certificate.`);
    }
    try {
      return readFileSync(hostPath(file));
    } catch (error) {
      throw new UsageError(`--${name} ${file}: ${reasonOf(error)}.`, { cause: error });
    }
  };
  const parse = <T>(name: string, kind: string, make: (bytes: Buffer) => T): [bytes: Buffer, parsed: T] => {
    const bytes = read(name);
    try {
      return [bytes, make(bytes)];
    } catch (error) {
      const file = options.get(name)![0];
      throw new UsageError(`--${name} ${file}: this is no ${kind} in PEM: ${reasonOf(error)}.`, { cause: error });
    }
  };
  const [key, secret] = parse('tls-key', 'private key without a passphrase', createPrivateKey);
  const [cert, own] = parse('tls-cert', 'certificate', (bytes) => new X509Certificate(bytes));
  if (!own.checkPrivateKey(secret)) {
    throw new UsageError(
      `--tls-key ${options.get('tls-key')![0]} is not the key of --tls-cert ${options.get('tls-cert')![0]}: give the pair.`,
    );
  }
  if (!options.has('tls-client-ca')) return { key, cert };
  const [ca] = parse('tls-client-ca', 'certificate', (bytes) => new X509Certificate(bytes));
  return { key, cert, ca };
}

/** The options of a server of node:tls or node:https. */
function tlsOptions({ key, cert, ca }: Credentials, { handshakeTimeout }: SecureLimits): tls.TlsOptions {
  const known = ca === undefined ? {} : { ca, requestCert: true, rejectUnauthorized: true };
  return { ...SOCKET_OPTIONS, key, cert, ...known, handshakeTimeout };
}

/**
 * Ends the connections of a server that have not come to the end of their handshake: those that are too many, and all when
 * `end` is called.
 */
function limitHandshakes(server: tls.Server, { maxClients }: SecureLimits): { end(): void } {
  const shaking = new Map<string, Socket>();
  server.on('connection', (socket: Socket) => {
    if (shaking.size >= maxClients) {
      socket.destroy();
      return;
    }
    const peer = peerOf(socket);
    shaking.set(peer, socket);
    socket.once('close', () => shaking.delete(peer));
  });
  server.on('secureConnection', (socket) => shaking.delete(peerOf(socket)));
  // A client without a certificate, one that speaks no TLS, or a handshake that took too long.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return {
    end() {
      for (const socket of shaking.values()) socket.destroy();
    },
  };
}

/** The peer of a connection: a TLSSocket has it of the socket below. */
function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

/** Listens for streams over TLS. */
export async function listenOnTls(
  address: InternetAddress,
  service: Service,
  credentials: Credentials,
  limits: SecureLimits,
): Promise<Endpoint> {
  const server = tls.createServer(tlsOptions(credentials, limits));
  const handshakes = limitHandshakes(server, limits);
  server.on('secureConnection', (socket) => service.attachStream(socket));
  await listening(server, address);
  const listener = listenerOf(address, server);
  return {
    ...listener,
    close() {
      handshakes.end();
      return listener.close();
    },
  };
}

/** A server of HTTP over TLS, by which WebSockets begin, and its handshakes. */
export function secureHttp(credentials: Credentials, limits: SecureLimits, answer: RequestListener) {
  // HTTP ends a connection whose client has sent all.
  const server = https.createServer({ ...tlsOptions(credentials, limits), allowHalfOpen: false }, answer);
  return { server, handshakes: limitHandshakes(server, limits) };
}
