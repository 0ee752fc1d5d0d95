// A carrier moves the frames of one client: the base of those for streams, ports and web sockets.
import { Connection, type ReplySink } from '../server/connection.ts';
import type { Packet } from '../9p/packet.ts';
import type { Exports } from '../server/exports.ts';
import type { GuestServer } from '../server/guest-server.ts';
import type { WireObserver } from '../server/connection.ts';
import type { ServiceOptions } from './limits.ts';

/** The service as its carriers see it. */
export interface CarrierHost {
  readonly limits: Required<ServiceOptions>;
  readonly exports: Exports;
  readonly first: GuestServer;
  readonly observers: ReadonlySet<WireObserver>;
  /** Counts bytes in flight. False, and not counted, if there are too many, of all clients together. */
  count(bytes: number): boolean;
  /** Called once by a carrier that has ended. */
  remove(carrier: Carrier): void;
}

/** A client that is attached to a service: `close` ends it. */
export interface Attached {
  /** Ends the session: fids are clunked, locks released, orphans reclaimed. The wire is closed. May be called again. */
  close(): void;
  /** Settles when the wire is closed. */
  readonly closed: Promise<void>;
}

/** Moves the frames of one client. */
export abstract class Carrier implements Attached, ReplySink {
  readonly connection: Connection;
  readonly closed: Promise<void>;
  protected readonly host: CarrierHost;
  /** The time of the last request, and the last time at which the session had a fid. */
  private last: number;
  private attached: number;
  private requests = 0;
  private seen = 0;
  private isOpen = true;
  private settle: () => void = () => {};

  constructor(host: CarrierHost) {
    this.host = host;
    this.closed = new Promise((resolve) => (this.settle = resolve));
    this.connection = Connection.to(host.first, this, host.exports);
    this.connection.observers = host.observers;
    this.last = this.attached = performance.now();
  }

  abstract send(packet: Packet, length: number): boolean;
  /** Closes the wire at once. */
  protected abstract destroy(): void;
  /** Closes the wire after the replies that were not read yet. */
  protected abstract finish(): void;
  /** Frees buffers that were not used of late. */
  abstract trim(): void;

  /** Notes that a request was served. */
  protected served(): void {
    this.requests++;
  }

  /** Looks at the time-outs; closes the client that is past one. */
  look(now: number): void {
    const { limits } = this.host;
    const { session } = this.connection;
    if (this.requests === this.seen) this.trim();
    else this.last = now;
    this.seen = this.requests;
    if (session.fids.size > 0) this.attached = now;
    const isSilent = limits.idleTimeout > 0 && now - this.last >= limits.idleTimeout && session.pending!.size === 0;
    if (isSilent || now - this.attached >= limits.handshakeTimeout || this.isStalled(now)) this.close();
  }

  /** True if a request has not come whole, or a reply was not read, in time. */
  protected isStalled(_now: number): boolean {
    return false;
  }

  /** Ends the session at once, and closes the wire when the replies are read, or at `stallTimeout`. */
  end(): void {
    if (!this.isOpen) return;
    this.connection.close();
    this.finish();
  }

  close(): void {
    this.connection.close();
    this.destroy();
  }

  /** Called by the wire when it is closed. */
  protected gone(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.connection.close();
    this.host.remove(this);
    this.settle();
  }
}
