// The requests that are on their way: each has a tag, and several may be sent in one write.
import { decode, encode, TYPE, type Message } from '../../9p/codec.gen.ts';
import { NOTAG } from '../../9p/constants.ts';
import { Packet } from '../../9p/packet.ts';
import { Views, type Iov } from '../../lib/iov.ts';
import { E } from '../../linux/errno.ts';
import { repairError } from '../../transport/reply.ts';
import type { ClientWire } from '../wire/client-wire.ts';
import type { RemoteFid } from './fids.ts';

/** Most requests on their way. */
const MOST = 96;
/** Room for the longest message without payload, in bytes. */
const ROOM = 128 << 10;
/** Bytes of the header of each message. */
const HEADER = 7;

const IDLE = 0;
const SENT = 1;
const ARRIVED = 2;

/** A request on its way. */
export class Flight {
  readonly tag: number;
  state = IDLE;
  /** The message's type. */
  type = 0;
  /** The client's tag. */
  asked = 0;
  /** The fid that it is about; the one that it makes, and the client's number for that; the names of a walk. */
  fid: RemoteFid | null = null;
  made: RemoteFid | null = null;
  newfid = -1;
  count = 0;
  /** True if a fid of it was not there yet when it was sent: a server that answers in any order may refuse it. */
  isEarly = false;
  /** Called with the reply if nobody waits for it: the errno. */
  dropped: ((errno: number, r: Message) => void) | null = null;
  /** Its offset in the bytes that were sent last, and the number of that write. */
  from = 0;
  to = 0;
  write = 0;
  /** The reply, once it has come. */
  reply: Uint8Array = NOTHING;
  private kept: Uint8Array = NOTHING;

  constructor(tag: number) {
    this.tag = tag;
  }

  /** Copies the reply, so that it outlives the buffer in which it came. */
  keep(reply: Uint8Array): void {
    if (this.kept.length < reply.length) this.kept = new Uint8Array(reply.length);
    this.kept.set(reply);
    this.reply = this.kept.subarray(0, reply.length);
  }
}

const NOTHING = new Uint8Array(0);

/** Sends requests over a wire, and finds the replies. */
export class Requests {
  /** The round trips: writes with a reply that somebody waited for. */
  trips = 0;
  /** All requests. */
  sent = 0;
  /** Requests that the server has refused because it took them before an earlier one. */
  repeated = 0;
  /** Longest message that both sides agreed on. */
  msize: number;
  private readonly wire: ClientWire;
  private readonly timeout: number;
  private readonly flights: Flight[] = [];
  private readonly idle: Flight[] = [];
  private out = new Uint8Array(2 * ROOM);
  private outEnd = 0;
  /** The number of the write that `out` is for, and whether it was made. */
  private write = 0;
  private isWritten = true;
  /** The number of the write that somebody waited for last. */
  private awaited = -1;
  private inbox = new Uint8Array(ROOM);
  private start = 0;
  private end = 0;
  /** The reply of a request that nobody waits for. */
  private readonly r: Message;
  /** The errno of all calls since the connection is over. */
  private errno = 0;

  /** @param timeout Milliseconds until a reply must be there. @param r A message for replies that nobody waits for. */
  constructor(wire: ClientWire, msize: number, timeout: number, r: Message) {
    this.wire = wire;
    this.msize = msize;
    this.timeout = timeout;
    this.r = r;
  }

  get isOver(): boolean {
    return this.errno !== 0 || this.wire.isOver;
  }

  /** Encodes a request for the next write. Returns it, or −errno. */
  begin(t: Message, payload: Iov): Flight | number {
    if (this.isOver) return -this.over();
    const flight = this.take();
    if (flight === null) return -this.over();
    const length = this.encode(t, payload, flight);
    if (length < 0) {
      this.idle.push(flight);
      return length;
    }
    flight.from = this.outEnd - length;
    flight.to = this.outEnd;
    flight.write = this.write;
    flight.type = t.type;
    flight.asked = t.tag;
    flight.state = SENT;
    flight.dropped = null;
    flight.fid = null;
    flight.made = null;
    flight.isEarly = false;
    this.sent++;
    return flight;
  }

  /** A flight that is free; null if the connection is over. Waits if there are too many. */
  private take(): Flight | null {
    for (;;) {
      const flight = this.idle.pop();
      if (flight !== undefined) return flight;
      if (this.flights.length < MOST) {
        const made = new Flight(this.flights.length + 1);
        this.flights.push(made);
        return made;
      }
      if (!this.flush() || !this.pump(null, this.deadline())) return null;
    }
  }

  /** Encodes into `out`. Returns the length of the message, or −errno. */
  private encode(t: Message, payload: Iov, { tag }: Flight): number {
    const data = t.type === TYPE.Twrite ? payload.total : 0;
    const most = Math.min(this.msize, ROOM) + data;
    if (!this.isWritten && this.outEnd + most > this.out.length && !this.flush()) return -this.over();
    if (this.isWritten) {
      this.isWritten = false;
      this.outEnd = 0;
      this.write++;
      if (this.out.length < most) this.out = new Uint8Array(most);
    }
    const { tag: asked } = t;
    const packet = new Packet(this.outEnd === 0 ? this.out : this.out.subarray(this.outEnd));
    t.tag = t.type === TYPE.Tversion ? NOTAG : tag;
    const length = encode(t, packet, this.msize);
    t.tag = asked;
    if (length < 0) {
      this.isWritten = this.outEnd === 0;
      return length;
    }
    if (data > 0) payload.gather(packet.u8.subarray(length));
    this.outEnd += length + data;
    return length + data;
  }

  /** Sends what has begun. Returns false if the connection is over. */
  flush(): boolean {
    if (this.isWritten) return true;
    this.isWritten = true;
    if (this.wire.send(this.out.subarray(0, this.outEnd), this.deadline())) return true;
    this.over();
    return false;
  }

  /** Sends a request again, after its reply. Returns false if its bytes are gone. */
  again(flight: Flight): boolean {
    if (flight.write !== this.write || !this.isWritten) return false;
    flight.state = SENT;
    flight.isEarly = false;
    this.sent++;
    this.repeated++;
    this.awaited = -1;
    if (!this.wire.send(this.out.subarray(flight.from, flight.to), this.deadline())) this.over();
    return true;
  }

  private deadline(): number {
    return performance.now() + this.timeout;
  }

  /**
   * Waits for the reply of a request and decodes it.
   * @returns 0; the errno of an Rlerror; EIO: the connection is over; EPROTO and others: the reply is wrong.
   */
  wait(flight: Flight, r: Message, payload: Iov): number {
    if (!this.flush() || !this.arrives(flight)) return this.over();
    const errno = decoded(flight, r);
    return errno || take(r, flight.reply, payload);
  }

  /** Waits until the reply is there. Returns false if the connection is over. */
  private arrives(flight: Flight): boolean {
    const deadline = this.deadline();
    if (flight.state === SENT && flight.write !== this.awaited) {
      this.awaited = flight.write;
      this.trips++;
    }
    while (flight.state === SENT) if (!this.pump(flight, deadline)) return false;
    return true;
  }

  /** Waits for an Rread, whose data stay in the reply. Returns 0 or an errno. */
  data(flight: Flight, r: Message): number {
    if (!this.flush() || !this.arrives(flight)) return this.over();
    const errno = decoded(flight, r);
    return errno === 0 && r.data_offset + r.count > flight.reply.length ? E.EPROTO : errno;
  }

  /** The request's reply is used: its tag is free. */
  done(flight: Flight): void {
    if (flight.state !== ARRIVED) return;
    flight.state = IDLE;
    flight.fid = null;
    flight.made = null;
    this.idle.push(flight);
  }

  /** Nobody waits for the reply of a request: `dropped` is called with it when it comes. */
  drop(flight: Flight, dropped: Flight['dropped'] = null): void {
    flight.dropped = dropped ?? ignore;
    if (flight.state === ARRIVED) this.ended(flight);
  }

  /** Waits for the reply of a request that nobody waits for. */
  land(flight: Flight): void {
    const deadline = this.deadline();
    if (!this.flush()) return;
    while (flight.state === SENT) if (!this.pump(null, deadline)) return;
  }

  /** Reads the replies that have come already, and waits for one. Returns false if the connection is over. */
  pump(wanted: Flight | null, deadline: number): boolean {
    while (!this.hasFrame()) {
      if (this.errno !== 0) return false;
      this.makeRoom();
      const count = this.wire.receive(this.inbox, this.end, deadline);
      if (count === 0) return false;
      this.end += count;
    }
    const size = this.sizeAt();
    const frame = this.inbox.subarray(this.start, this.start + size);
    repairError(frame);
    const tag = frame[5]! | (frame[6]! << 8);
    const flight = tag === NOTAG ? wanted : this.flights[tag - 1];
    if (flight?.state !== SENT) return this.broken();
    this.start += size;
    flight.state = ARRIVED;
    if (flight === wanted) flight.reply = frame;
    else if (flight.dropped === null) flight.keep(frame);
    else {
      flight.reply = frame;
      this.ended(flight);
    }
    return true;
  }

  private ended(flight: Flight): void {
    const { dropped } = flight;
    flight.dropped = null;
    dropped!(decoded(flight, this.r), this.r);
    this.done(flight);
  }

  /** True if a whole frame is at `start`. A size that no message has ends the connection. */
  private hasFrame(): boolean {
    const there = this.end - this.start;
    if (there < 4) return false;
    const size = this.sizeAt();
    if (size < HEADER || size > this.msize) {
      this.broken();
      return false;
    }
    return there >= size;
  }

  private sizeAt(): number {
    const { inbox, start } = this;
    return (inbox[start]! | (inbox[start + 1]! << 8) | (inbox[start + 2]! << 16) | (inbox[start + 3]! << 24)) >>> 0;
  }

  /** Makes room behind `end` for the rest of a frame. */
  private makeRoom(): void {
    const there = this.end - this.start;
    if (there === 0) this.start = this.end = 0;
    const need = there < 4 ? ROOM / 2 : this.sizeAt();
    if (this.start + need <= this.inbox.length && this.end < this.inbox.length) return;
    const to = need > this.inbox.length ? new Uint8Array(need + ROOM) : this.inbox;
    to.set(this.inbox.subarray(this.start, this.end));
    this.inbox = to;
    this.start = 0;
    this.end = there;
  }

  /** The server has sent something that is not a reply: nothing that it sends can be trusted to be one. */
  private broken(): false {
    this.errno ||= E.EPROTO;
    this.wire.close();
    return false;
  }

  /** Ends the connection. Returns the errno of this call: later ones are EIO. */
  private over(): number {
    const errno = this.errno || E.EIO;
    this.errno = E.EIO;
    this.wire.close();
    return errno;
  }

  /** Ends the connection. May be called again. */
  close(): void {
    this.over();
  }
}

function ignore(): void {}

/** Decodes the reply of a request. Returns 0 or an errno. */
function decoded(flight: Flight, r: Message): number {
  const { reply, type } = flight;
  const errno = decode(r, new Packet(reply), reply.length);
  if (errno !== 0) return errno;
  r.tag = flight.asked;
  if (r.type === type + 1) return 0;
  return r.type === TYPE.Rlerror ? r.ecode || E.EPROTO : E.EPROTO;
}

/** Copies the data of Rread and Rreaddir into the payload. EPROTO: more bytes than it has room for, or than came. */
function take(r: Message, reply: Uint8Array, payload: Iov): number {
  if (r.type !== TYPE.Rread && r.type !== TYPE.Rreaddir) return 0;
  if (r.count > payload.total || r.data_offset + r.count > reply.length) return E.EPROTO;
  payload.scatter(reply.subarray(r.data_offset, r.data_offset + r.count), r.count, new Views());
  return 0;
}
