// A connection of the guest: it reads and writes the rings that it shares with the helper thread.
import { Iov, Views } from '../../vfs/lib/iov.ts';
import { E } from '../../vfs/linux/errno.ts';
import { EVENTRWFLAGS, FDFLAGS } from '../preview1/abi/structs.ts';
import { RIFLAGS, SDFLAGS } from './flags.ts';
import type { Link } from './link.ts';
import {
  AT_END,
  ERROR,
  IN_HEAD,
  IN_STOPPED,
  IN_TAIL,
  MORE,
  OUT_HEAD,
  OUT_IDLE,
  OUT_TAIL,
  OVER,
  ROOM,
  STATE,
  type ConnectionMemory,
} from './shared.ts';
import { TcpSocket } from './tcp-socket.ts';

/** A stream is writable when so many bytes of its ring are free: a third, as in Linux (sk_stream_is_writeable). */
const WRITABLE = Math.floor(ROOM / 3);

const part = new Iov();

/** A TCP connection. */
export class TcpConnection extends TcpSocket {
  private readonly link: Link;
  private readonly id: number;
  private readonly memory: ConnectionMemory;
  private readonly words: Int32Array;
  /** The directions that the guest has shut down: $sdflags. */
  private shut = 0;
  private isClosed = false;

  constructor(link: Link, id: number, memory: ConnectionMemory) {
    super();
    this.link = link;
    this.id = id;
    this.memory = memory;
    this.words = memory.words;
  }

  override accept(): number {
    return E.EINVAL;
  }

  /** The bytes in the in-ring. */
  private received(): number {
    return (Atomics.load(this.words, IN_HEAD) - Atomics.load(this.words, IN_TAIL)) | 0;
  }

  /** The free bytes of the out-ring. */
  private room(): number {
    return ROOM - ((Atomics.load(this.words, OUT_HEAD) - Atomics.load(this.words, OUT_TAIL)) | 0);
  }

  /** The errno that has not been reported yet; 0 for none. */
  private takeError(): number {
    return Atomics.exchange(this.words, ERROR, 0);
  }

  private get isBlocking(): boolean {
    return (this.fdflags & FDFLAGS.NONBLOCK) === 0;
  }

  override recv(iov: Iov, riflags: number): number {
    const { total } = iov;
    if (total === 0) return 0;
    const isPeek = (riflags & RIFLAGS.RECV_PEEK) !== 0;
    // The ring holds no more than ROOM: a peek cannot wait for more.
    const least = (riflags & RIFLAGS.RECV_WAITALL) === 0 ? 1 : isPeek ? Math.min(total, ROOM) : total;
    let done = 0;
    for (;;) {
      const wanted = isPeek ? least : 1;
      const count = this.isBlocking ? (this.link.wait(() => this.look(wanted)) ?? -E.EIO) : (this.look(1) ?? -E.EAGAIN);
      if (count <= 0) return done > 0 ? done : count;
      done += this.take(iov, done, Math.min(count, total - done), isPeek);
      if (isPeek || done >= least) return done;
    }
  }

  /** The bytes that can be taken, if there are so many or no more come; 0 at the end; −errno; undefined: not yet. */
  private look(wanted: number): number | undefined {
    // Before the ring is looked at: bytes come before the end.
    const state = Atomics.load(this.words, STATE);
    const count = this.received();
    const isWhole = (state & MORE) === 0 && ((state & AT_END) !== 0 || (this.shut & SDFLAGS.RD) !== 0);
    if (count >= wanted || (count > 0 && isWhole)) return count;
    return isWhole ? -this.takeError() : undefined;
  }

  /** Copies bytes of the in-ring into the ranges, from their byte `done` on; returns their number. */
  private take(iov: Iov, done: number, count: number, isPeek: boolean): number {
    const tail = Atomics.load(this.words, IN_TAIL);
    const at = tail & (ROOM - 1);
    const first = Math.min(count, ROOM - at);
    this.scatter(iov, done, at, first);
    if (count > first) this.scatter(iov, done + first, 0, count - first);
    if (isPeek) return count;
    Atomics.store(this.words, IN_TAIL, (tail + count) | 0);
    if (this.received() <= ROOM / 2 && Atomics.exchange(this.words, IN_STOPPED, 0) === 1) this.order('more');
    return count;
  }

  private scatter(iov: Iov, done: number, at: number, count: number): void {
    part.slice(iov, done, count);
    part.scatter(this.memory.input.subarray(at, at + count), count, new Views());
  }

  override write(iov: Iov): number {
    const { total } = iov;
    if (total === 0) return Math.min(0, this.lookForRoom() ?? 0);
    let done = 0;
    for (;;) {
      const room = this.isBlocking ? (this.link.wait(() => this.lookForRoom()) ?? -E.EIO) : this.lookForRoom();
      if (room === undefined || room < 0) return done > 0 ? done : (room ?? -E.EAGAIN);
      done += this.put(iov, done, Math.min(room, total - done));
      if (done >= total) return done;
    }
  }

  /** The free bytes of the out-ring; −errno; undefined: none. */
  private lookForRoom(): number | undefined {
    if ((this.shut & SDFLAGS.WR) !== 0 || (Atomics.load(this.words, STATE) & OVER) !== 0) {
      return -(this.takeError() || E.EPIPE);
    }
    return this.room() || undefined;
  }

  /** Copies bytes of the ranges, from their byte `done` on, into the out-ring; returns their number. */
  private put(iov: Iov, done: number, count: number): number {
    const { output } = this.memory;
    const head = Atomics.load(this.words, OUT_HEAD);
    const at = head & (ROOM - 1);
    const first = Math.min(count, ROOM - at);
    part.slice(iov, done, first);
    part.gather(output.subarray(at, at + first));
    part.slice(iov, done + first, count - first);
    part.gather(output);
    Atomics.store(this.words, OUT_HEAD, (head + count) | 0);
    if (Atomics.exchange(this.words, OUT_IDLE, 0) === 1) this.order('send');
    return count;
  }

  override shutdown(sdflags: number): number {
    if ((Atomics.load(this.words, STATE) & OVER) !== 0) return E.ENOTCONN;
    const isEnd = (sdflags & ~this.shut & SDFLAGS.WR) !== 0;
    this.shut |= sdflags;
    if (isEnd) this.order('shutdown');
    return 0;
  }

  override readable(): number {
    const state = Atomics.load(this.words, STATE);
    const count = this.received();
    // POLLHUP of poll(2): both directions are shut down.
    const isHungUp = (state & OVER) !== 0 || ((state & AT_END) !== 0 && (this.shut & SDFLAGS.WR) !== 0);
    this.rwflags = isHungUp ? EVENTRWFLAGS.HANGUP : 0;
    if (count > 0) return count;
    return (state & MORE) === 0 && ((state & AT_END) !== 0 || (this.shut & SDFLAGS.RD) !== 0) ? 0 : -1;
  }

  override writable(): number {
    this.readable();
    const isOver = (this.shut & SDFLAGS.WR) !== 0 || (Atomics.load(this.words, STATE) & OVER) !== 0;
    return isOver || this.room() >= WRITABLE ? 0 : -1;
  }

  override close(): number {
    if (!this.isClosed) this.link.close(this.id, this.memory);
    this.isClosed = true;
    return 0;
  }

  private order(kind: 'more' | 'send' | 'shutdown'): void {
    this.link.order({ kind, id: this.id });
  }
}
