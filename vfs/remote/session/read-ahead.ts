// Reading ahead: the next parts of a file that is read from front to back are asked for before they are needed.
import { Message, TYPE } from '../../9p/codec.gen.ts';
import { IOHDRSZ } from '../../9p/constants.ts';
import { Iov, Views } from '../../lib/iov.ts';
import type { Flight } from './requests.ts';
import type { RemoteTransport } from './transport.ts';

/** Reads one after the other, each as long as asked, before the first one ahead. */
const STREAK = 2;
/** Most bytes, and requests, on their way for one fid. */
const BYTES = 8 << 20;
const FLIGHTS = 32;
/** The least bytes of one request ahead. */
const LEAST = 64 << 10;
/** Milliseconds after which what was read ahead is not used any more. */
const AGE = 1000;

const r = new Message();
const t = new Message();
const part = new Iov();

/** A part of the file that was asked for. */
interface Piece {
  readonly flight: Flight;
  readonly offset: number;
  readonly length: number;
  readonly begun: number;
  /** Bytes that came, or −1; and those that were taken. */
  count: number;
  taken: number;
}

/** The reads of one open fid. */
export class ReadAhead {
  private readonly transport: RemoteTransport;
  private readonly fid: number;
  /** The offset of the next read of a sequential reader. */
  private next = 0;
  private streak = 0;
  private window = 2;
  private readonly pieces: Piece[] = [];

  /** @param fid The client's number. */
  constructor(transport: RemoteTransport, fid: number) {
    this.transport = transport;
    this.fid = fid;
  }

  /**
   * Takes the bytes at an offset from what was read ahead.
   * @returns Their number, 0 at the end of the file; −1 if the server has to be asked.
   */
  take(offset: number, into: Iov): number {
    const [first] = this.pieces;
    if (first === undefined) return -1;
    if (first.offset + first.taken !== offset || performance.now() - first.begun > AGE) {
      this.drop();
      return -1;
    }
    let done = 0;
    while (done < into.total) {
      const [piece] = this.pieces;
      if (piece === undefined || !this.arrive(piece)) return done > 0 ? done : -1;
      const count = Math.min(piece.count - piece.taken, into.total - done);
      part.slice(into, done, count);
      const from = piece.flight.reply.subarray(DATA_AT + piece.taken);
      part.scatter(from, count, new Views());
      piece.taken += count;
      done += count;
      if (piece.taken < piece.count) break;
      this.pieces.shift();
      this.transport.requests.done(piece.flight);
      if (piece.count === piece.length) continue;
      // The end of the file: what lies behind was asked for in vain.
      this.drop();
      break;
    }
    return done;
  }

  /** Waits for a piece; false if it cannot be used. */
  private arrive(piece: Piece): boolean {
    if (piece.count >= 0) return true;
    const { requests } = this.transport;
    const errno = requests.data(piece.flight, r);
    if (errno === 0 && r.count <= piece.length) {
      // The next reply overwrites it.
      piece.flight.keep(piece.flight.reply);
      piece.count = r.count;
      return true;
    }
    this.drop();
    return false;
  }

  /** Notes a read of the client, and asks for more. @param isFull True if it has got as much as it asked for. */
  read(offset: number, count: number, isFull: boolean): void {
    this.streak = offset === this.next ? this.streak + 1 : 1;
    this.next = offset + count;
    if (isFull && this.streak >= STREAK) this.fill(count);
    else if (this.pieces.length > 0) this.drop();
  }

  private fill(asked: number): void {
    const { requests } = this.transport;
    const length = Math.min(Math.max(asked, LEAST), requests.msize - IOHDRSZ);
    const most = Math.min(this.window, FLIGHTS, Math.max(2, Math.floor(BYTES / length)));
    // Several at once: each write costs as much as a request.
    if (this.pieces.length > most / 2) return;
    this.window *= 2;
    const last = this.pieces.at(-1);
    let offset = last === undefined ? this.next : last.offset + last.length;
    while (this.pieces.length < most) {
      t.type = TYPE.Tread;
      t.fid = this.fid;
      t.offset = offset;
      t.count = length;
      const flight = this.transport.begin(t);
      if (typeof flight === 'number') break;
      this.pieces.push({ flight, offset, length, begun: performance.now(), count: -1, taken: 0 });
      offset += length;
    }
    requests.flush();
  }

  /** Forgets what was read ahead. */
  drop(): void {
    for (const { flight } of this.pieces.splice(0)) this.transport.requests.drop(flight);
    this.window = 2;
  }
}

/** The offset of the data in an Rread: size[4] type[1] tag[2] count[4]. */
const DATA_AT = 11;
