// Serves a client behind a stream of bytes, such as a socket, a pipe, or standard input and output.
import { Packet } from '../9p/packet.ts';
import { later } from './later.ts';
import { Carrier, type CarrierHost } from './carrier.ts';
import { BAD, FrameCutter, MORE } from './frame-cutter.ts';

/** The members of a stream that are used: a Duplex of Node has them, such as a net.Socket. */
export interface ByteStream {
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown;
  on(event: 'end' | 'close', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  write(bytes: Uint8Array, done: () => void): unknown;
  end(done: () => void): unknown;
  destroy(): unknown;
  pause(): unknown;
  resume(): unknown;
  readonly writableLength: number;
}

/** A reply up to this size, in bytes, is sent together with others. */
const TOGETHER = 2048;
/** Bytes that are sent together. */
const BATCH = 16 << 10;
/** Milliseconds after which the other clients have their turn. */
const TURN_MS = 4;
/** Requests between two looks at the clock. */
const LOOKS = 16;

/** The end of a turn: all frames are served, the client must read first, others wait, or the connection is over. */
const SERVED = 0;
const FULL = 1;
const TURN = 2;
const OVER = 3;

/** A write that the stream has not reported as done: its bytes, and the packet to be given back. */
interface PendingWrite {
  readonly bytes: number;
  readonly packet: Packet | null;
}

/**
 * Serves frames as they come, and sends the replies of one turn together. While a client leaves replies unread, its next
 * requests are not read either.
 */
export class StreamCarrier extends Carrier {
  private readonly stream: ByteStream;
  /** True if the stream has copied all bytes once `writableLength` is 0, as a socket has: then buffers are used again. */
  private readonly copies: boolean;
  private readonly cutter: FrameCutter;
  private batch: Packet | null = null;
  private filled = 0;
  /** Writes that are not done, oldest first. */
  private readonly writes: PendingWrite[] = [];
  private isServing = false;
  /** The reason of a pause: FULL or TURN; SERVED if the stream is not paused. */
  private paused: typeof SERVED | typeof FULL | typeof TURN = SERVED;
  /** True if the client has sent its last byte, or one that ends the connection. */
  private isOver = false;
  /** The time since which a request, or the reading of a reply, has not gone on; 0 if there is none. */
  private comingFrom = 0;
  private goingFrom = 0;
  private readonly written = (): void => this.wrote();

  constructor(host: CarrierHost, stream: ByteStream, copies: boolean) {
    super(host);
    this.stream = stream;
    this.copies = copies;
    this.cutter = new FrameCutter((bytes) => host.count(bytes));
    stream.on('error', () => this.close());
    stream.on('close', () => this.gone());
    stream.on('end', () => this.end());
    stream.on('data', (chunk) => {
      if (this.isOver) return;
      this.cutter.push(chunk);
      // While it is paused, its turn comes later.
      if (this.paused === SERVED) this.serve();
    });
  }

  /** Serves the frames that have come, as long as it is this client's turn. */
  private serve(): void {
    if (this.isServing || this.isOver) return;
    this.isServing = true;
    const why = this.serveTurn();
    this.isServing = false;
    this.flush();
    if (why === OVER) this.end();
    else if (why === SERVED) this.rest();
    else this.pause(why);
  }

  private serveTurn(): typeof SERVED | typeof FULL | typeof TURN | typeof OVER {
    const { cutter, connection } = this;
    const end = performance.now() + TURN_MS;
    for (let count = 1; ; count++) {
      if (this.isFull) return FULL;
      const found = cutter.next(connection.longest);
      if (found === MORE) return SERVED;
      if (found === BAD) return OVER;
      const { packet } = cutter;
      const goesOn =
        packet === null ? connection.take(cutter.u8, cutter.start, cutter.end) : connection.serve(packet, cutter.end);
      if (!goesOn) return OVER;
      this.served();
      if (count % LOOKS === 0 && performance.now() >= end) return TURN;
    }
  }

  private get isFull(): boolean {
    return this.stream.writableLength + this.filled > this.host.limits.maxUnsent;
  }

  private pause(why: typeof FULL | typeof TURN): void {
    if (this.paused === SERVED) this.stream.pause();
    this.paused = why;
    if (why === TURN) later(() => this.serve());
  }

  /** All frames that have come are served. */
  private rest(): void {
    this.comingFrom = this.cutter.isPartial ? this.comingFrom || performance.now() : 0;
    if (this.paused === SERVED) return;
    this.paused = SERVED;
    this.stream.resume();
  }

  send(packet: Packet, length: number): boolean {
    if (length <= TOGETHER) {
      this.add(packet, length);
      // A late reply.
      if (!this.isServing) this.flush();
      return false;
    }
    this.flush();
    const bytes = packet.u8.subarray(0, length);
    return this.write(bytes, packet);
  }

  private add(packet: Packet, length: number): void {
    if (this.filled + length > BATCH) this.flush();
    const batch = (this.batch ??= new Packet(BATCH));
    batch.u8.set(packet.u8.subarray(0, length), this.filled);
    this.filled += length;
  }

  private flush(): void {
    const { batch, filled, copies } = this;
    if (filled === 0) return;
    this.filled = 0;
    const bytes = copies ? batch!.u8.subarray(0, filled) : batch!.u8.slice(0, filled);
    if (this.write(bytes, null) && copies) this.batch = null;
  }

  /** Returns true if the stream needs the bytes still. */
  private write(bytes: Uint8Array, packet: Packet | null): boolean {
    if (this.isOver) return false;
    if (!this.host.count(bytes.length)) {
      this.close();
      return false;
    }
    const { stream, writes } = this;
    stream.write(bytes, this.written);
    const isKept = !this.copies || stream.writableLength > 0;
    writes.push({ bytes: bytes.length, packet: isKept && this.copies ? packet : null });
    if (isKept) this.goingFrom ||= performance.now();
    return isKept;
  }

  /** The oldest write is done. */
  private wrote(): void {
    const write = this.writes.shift();
    // It was closed meanwhile.
    if (write === undefined) return;
    this.host.count(-write.bytes);
    if (write.packet !== null) this.connection.giveBack(write.packet);
    this.goingFrom = this.writes.length > 0 ? performance.now() : 0;
    if (this.paused === FULL && !this.isFull) this.serve();
  }

  protected override isStalled(now: number): boolean {
    const { stallTimeout } = this.host.limits;
    return isPast(this.comingFrom, now - stallTimeout) || isPast(this.goingFrom, now - stallTimeout);
  }

  trim(): void {
    this.cutter.trim();
    if (this.writes.length > 0) return;
    this.connection.trim();
    this.batch = null;
  }

  protected finish(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.goingFrom ||= performance.now();
    // Further bytes are dropped: a stream that does not flow never ends.
    this.stream.resume();
    this.stream.end(() => this.stream.destroy());
  }

  protected destroy(): void {
    this.isOver = true;
    this.stream.destroy();
  }

  protected override gone(): void {
    this.isOver = true;
    this.cutter.clear();
    for (const { bytes } of this.writes.splice(0)) this.host.count(-bytes);
    super.gone();
  }
}

function isPast(from: number, limit: number): boolean {
  return from > 0 && from <= limit;
}
