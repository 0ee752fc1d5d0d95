// Listens on the addresses of `serve`.
import { rmSync, lstatSync } from 'node:fs';
import * as net from 'node:net';
import type { Service } from '../../../vfs/serve/index.ts';
import { UsageError } from '../../lib/options.ts';
import { reasonOf } from '../../lib/reason.ts';
import { hostPort, isSecure, isWeb, type ListenAddress } from './address.ts';
import type { Credentials } from './secure.ts';
import type { WebOptions } from './web.ts';

/** Milliseconds after which the kernel asks a silent peer whether it is alive. */
const KEEP_ALIVE_MS = 30_000;
/** The half of a client that has sent all stays open for its replies. */
export const SOCKET_OPTIONS: net.ServerOpts = {
  allowHalfOpen: true,
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: KEEP_ALIVE_MS,
};

/** The modes of a unix socket: 0600. */
const UMASK = 0o177;

/** An address at which clients connect. */
export interface Endpoint {
  readonly kind: ListenAddress['kind'];
  /** The address, with the port that the system has chosen for port 0. */
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** Stops listening. Clients that are connected stay. */
  close(): Promise<void>;
  /** Settles when there will be no more clients: never, but for stdio. */
  readonly ended: Promise<void>;
}

const NEVER = new Promise<void>(() => {});

/**
 * Listens on an address.
 * @param credentials For `tls:` and `wss:`.
 * @throws UsageError, Error with a sentence
 */
export async function listen(
  address: ListenAddress,
  service: Service,
  web: WebOptions,
  credentials: Credentials | null,
): Promise<Endpoint> {
  if (address.kind === 'stdio') return (await import('./stdio.ts')).listenOnStdio(service);
  if (address.kind !== 'unix' && isWeb(address.kind)) {
    return (await import('./web.ts')).listenOnWeb(address, service, web, isSecure(address.kind) ? credentials : null);
  }
  if (address.kind === 'tls') {
    return (await import('./secure.ts')).listenOnTls(address, service, credentials!, web);
  }
  const server = net.createServer(SOCKET_OPTIONS);
  server.on('connection', (socket) => service.attachStream(socket));
  if (address.kind !== 'unix') await listening(server, address);
  else {
    await removeStale(address.path);
    const before = process.umask(UMASK);
    try {
      await listening(server, address);
    } finally {
      process.umask(before);
    }
  }
  return listenerOf(address, server);
}

/** The listener of a server that listens. */
export function listenerOf(address: Exclude<ListenAddress, { kind: 'stdio' }>, server: net.Server): Endpoint {
  const bound = server.address();
  const isInternet = bound !== null && typeof bound === 'object';
  return {
    kind: address.kind,
    host: isInternet ? bound.address : '',
    port: isInternet ? bound.port : 0,
    path: address.kind === 'unix' ? address.path : '',
    close: () => new Promise((resolve) => server.close(() => resolve())),
    ended: NEVER,
  };
}

/** Waits until a server listens. @throws UsageError for an address that is in use, Error with a sentence for others. */
export async function listening(server: net.Server, address: Exclude<ListenAddress, { kind: 'stdio' }>): Promise<void> {
  const written =
    address.kind === 'unix' ? `unix:${address.path}` : `${address.kind}:${hostPort(address.host, address.port)}`;
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(
        address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port },
        () => {
          server.off('error', reject);
          resolve();
        },
      );
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      const instead = address.kind === 'unix' ? 'another path' : 'another port, or 0 for a free one';
      throw new UsageError(`--listen ${written} is in use: give ${instead}.`, { cause: error });
    }
    throw new Error(`--listen ${written} is not possible: ${reasonOf(error)}.`, { cause: error });
  }
}

/** Removes a socket on which nobody listens any more, as a killed server leaves it. */
async function removeStale(path: string): Promise<void> {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() !== true) return;
  const isStale = await new Promise<boolean>((resolve) => {
    const socket = net.connect(path);
    socket.on('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
  if (isStale) rmSync(path);
}
