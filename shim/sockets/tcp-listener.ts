// A listening socket of the guest.
import { E } from '../../vfs/linux/errno.ts';
import { EVENTRWFLAGS, FDFLAGS } from '../preview1/abi/structs.ts';
import { RIGHTS } from '../preview1/abi/rights.ts';
import { TcpConnection } from './tcp-connection.ts';
import type { Link } from './link.ts';
import { SDFLAGS } from './flags.ts';
import { TcpSocket } from './tcp-socket.ts';

/** A socket that accepts connections. As in wasmtime it is nonblocking at the start. */
export class TcpListener extends TcpSocket {
  override readonly isPreopen = true;
  private readonly link: Link;
  private readonly index: number;
  private isShut = false;

  /** @param index The number of the listener of the helper thread. */
  constructor(link: Link, index: number) {
    super(RIGHTS.SOCK_ACCEPT);
    this.link = link;
    this.index = index;
    this.fdflags = FDFLAGS.NONBLOCK;
  }

  override accept(fdflags: number): TcpConnection | number {
    const found = this.isShut ? undefined : this.waitFor(() => (this.link.pending(this.index) > 0 ? true : undefined));
    if (found === undefined) return this.isShut ? E.EINVAL : this.link.isOver ? E.EIO : E.EAGAIN;
    const connection = new TcpConnection(this.link, ...this.link.take(this.index));
    connection.fdflags = fdflags;
    return connection;
  }

  private waitFor<T>(look: () => T | undefined): T | undefined {
    return (this.fdflags & FDFLAGS.NONBLOCK) !== 0 ? look() : this.link.wait(look);
  }

  // A connection may be pending, or not: a listener itself is not connected (tcp_recvmsg, tcp_sendmsg of Linux).

  override recv(): number {
    return -E.ENOTCONN;
  }

  override write(): number {
    return -E.EPIPE;
  }

  override shutdown(sdflags: number): number {
    if ((sdflags & SDFLAGS.RD) !== 0) this.unlisten();
    return 0;
  }

  override readable(): number {
    this.rwflags = this.isShut ? EVENTRWFLAGS.HANGUP : 0;
    return this.isShut ? 0 : this.link.pending(this.index) > 0 ? 1 : -1;
  }

  /** poll(2) never reports POLLOUT for a listener, but POLLHUP. */
  override writable(): number {
    return this.isShut ? 0 : -1;
  }

  override close(): number {
    this.unlisten();
    return 0;
  }

  private unlisten(): void {
    if (this.isShut) return;
    this.isShut = true;
    this.link.order({ kind: 'unlisten', listener: this.index });
  }
}
