// Servers of backends, and clients attached to them. vfs/connect alone joins the two.
import type { Backend } from '../backend/backend.ts';
import { AtCalls } from '../client/at/at-calls.ts';
import { Client } from '../client/client.ts';
import { DISPOSE } from '../lib/dispose.ts';
import { SERVER, checkKind } from '../lib/options.ts';
import { GuestServer } from '../server/guest-server.ts';
import type { Attachable } from '../transport/transport.ts';

const servers = new WeakMap<Backend, GuestServer>();

/** The server of a backend: always the same one. The first caller's `Kind` is its class. */
export function guestServerFor(backend: Backend, Kind = GuestServer): GuestServer {
  const { viewOf } = backend;
  const server = servers.get(backend) ?? new Kind(backend, {}, viewOf && guestServerFor(viewOf, Kind));
  servers.set(backend, server);
  return server;
}

/** True if a value has the method `connect` of an Attachable. */
export function isAttachable(value: unknown): value is Attachable {
  return typeof (value as Partial<Attachable> | null)?.connect === 'function';
}

/** True if a value has the methods `root` and `lookup` of a backend. */
export function isBackend(value: unknown): value is Backend {
  const backend = value as Partial<Backend> | null;
  return typeof backend?.root === 'function' && typeof backend.lookup === 'function';
}

let devices = 0;
const deviceOf = new WeakMap<Attachable, number>();

/** A server that is reached by calls of its own kind, such as one over a wire. */
interface WithCalls extends Partial<Attachable> {
  /** Their class. */
  readonly Calls?: typeof AtCalls;
}

/** A client attached to a server, in this process or another one. */
export class Attachment<S extends Attachable = Attachable> {
  readonly server: S;
  readonly client: Client;
  readonly at: AtCalls;

  /**
   * @throws TypeError if `server` has no method `connect`; Error if there is no connection, or the server refuses
   *   Tattach.
   */
  constructor(server: S) {
    checkKind(server, SERVER, 'server');
    this.server = server;
    this.client = new Client(server.connect());
    const errno = this.client.attach();
    if (errno !== 0) {
      this.client.close();
      throw new Error(`The 9P server refused the attach (errno ${errno}).`);
    }
    this.at = new ((server as WithCalls).Calls ?? AtCalls)(this.client);
    // st_dev: one number per server, which a view has in common with its base.
    const key = (server as Partial<GuestServer>).base ?? server;
    this.at.device = deviceOf.get(key) ?? ++devices;
    deviceOf.set(key, this.at.device);
  }

  /** Ends the session: the server clunks all fids. The server stays open. */
  close(): void {
    this.client.close();
  }

  [DISPOSE](): void {
    this.close();
  }
}

export { GuestServer } from '../server/guest-server.ts';
export type { Backend } from '../backend/backend.ts';
export type { Inspection } from '../server/guest-server.ts';
export type { ServerObserver } from '../server/observer.ts';
export type { Message } from '../9p/codec.gen.ts';
export type { Attachable, Transport } from '../transport/transport.ts';
