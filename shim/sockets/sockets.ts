// The listening sockets of a guest: opened before it starts, closed when it has ended.
import type { Calls } from '../preview1/gate/parameters.gen.ts';
import type { Guest } from '../preview1/process/guest.ts';
import type { Descriptor } from '../preview1/descriptors/descriptor.ts';
import type { Tracer } from '../preview1/tracer.ts';
import { socketCalls } from './calls.ts';
import { Link } from './link.ts';
import { TcpListener } from './tcp-listener.ts';
import type { TcpAddress } from './shared.ts';

export type { TcpAddress };

/** An address on which no socket can listen. */
export class CannotListen extends Error {
  /** The number of the address. */
  readonly index: number;
  /** Node's name of the error. */
  readonly code: string;

  constructor(index: number, code: string, message: string) {
    super(message);
    this.index = index;
    this.code = code;
  }
}

/**
 * The sockets of one guest. They are its descriptors from 3 on, before the directories, and `this` wraps its calls as a
 * tracer does. A helper thread owns the sockets: the guest's thread waits for it.
 */
export class Sockets implements Tracer {
  /** The addresses as bound, with the port that the system has chosen for port 0. */
  readonly addresses: readonly TcpAddress[];
  readonly descriptors: readonly Descriptor[];
  private readonly link: Link;

  private constructor(link: Link, addresses: readonly TcpAddress[]) {
    this.link = link;
    this.addresses = addresses;
    this.descriptors = addresses.map((_, i) => new TcpListener(link, i));
  }

  /** Listens on each address. @throws CannotListen, with nothing left open. */
  static async open(addresses: readonly TcpAddress[]): Promise<Sockets> {
    const [link, listening] = await Link.open(addresses);
    if ('addresses' in listening) return new Sockets(link, listening.addresses);
    await link.end(0);
    throw new CannotListen(listening.failed, listening.code, listening.message);
  }

  wrap(calls: Calls, guest: Guest): Calls {
    return socketCalls(calls, guest);
  }

  listen(): void {
    // The messages of 9P have no part in it.
  }

  /** Closes what is open: see `Link.end`. */
  end(patience: number): Promise<void> {
    return this.link.end(patience);
  }
}
