// Serves a client behind a WebSocket: each binary message is one frame, as v86 and Wanix send them.
import type { Packet } from '../9p/packet.ts';
import { later } from './later.ts';
import { Carrier, type CarrierHost } from './carrier.ts';

/** The members of a socket that are used: one of the package `ws` has them. */
export interface WebSocketLike {
  on(event: 'message', listener: (data: unknown, isBinary: boolean) => void): unknown;
  on(event: 'close' | 'error', listener: () => void): unknown;
  send(data: Uint8Array, options: { binary: boolean }, done: (error?: Error) => void): void;
  close(code: number, reason: string): void;
  terminate(): void;
  pause(): void;
  resume(): void;
  readonly bufferedAmount: number;
}

/** Status codes of a close (RFC 6455, 7.4.1). */
const GOING_AWAY = 1001;
const PROTOCOL_ERROR = 1002;
const UNSUPPORTED_DATA = 1003;

/** Serves the messages of a WebSocket. While a client leaves replies unread, its next requests are not read either. */
export class WebSocketCarrier extends Carrier {
  private readonly socket: WebSocketLike;
  /** Messages that came while the client had to read first. */
  private readonly waiting: Uint8Array[] = [];
  private isPaused = false;
  private isOver = false;
  private goingFrom = 0;

  constructor(host: CarrierHost, socket: WebSocketLike) {
    super(host);
    this.socket = socket;
    socket.on('error', () => this.close());
    socket.on('close', () => this.gone());
    socket.on('message', (data, isBinary) => {
      if (this.isOver) return;
      if (!isBinary || !(data instanceof Uint8Array)) this.fail(UNSUPPORTED_DATA, 'a 9P message is binary');
      else if (this.isPaused) this.waiting.push(data);
      else this.receive(data);
    });
  }

  private receive(frame: Uint8Array): void {
    if (!this.connection.receive(frame)) this.fail(PROTOCOL_ERROR, 'not one whole 9P message');
    else {
      this.served();
      if (this.isFull) this.pause();
    }
  }

  private get isFull(): boolean {
    return this.socket.bufferedAmount > this.host.limits.maxUnsent;
  }

  private pause(): void {
    this.isPaused = true;
    this.socket.pause();
  }

  private goOn(): void {
    if (!this.isPaused || this.isOver || this.isFull) return;
    const frame = this.waiting.shift();
    if (frame === undefined) {
      this.isPaused = false;
      this.socket.resume();
      return;
    }
    this.receive(frame);
    later(() => this.goOn());
  }

  send(packet: Packet, length: number): boolean {
    if (this.isOver) return false;
    if (!this.host.count(length)) {
      this.close();
      return false;
    }
    this.goingFrom ||= performance.now();
    // The library keeps the bytes until they are written.
    this.socket.send(packet.u8.slice(0, length), { binary: true }, () => {
      this.host.count(-length);
      this.goingFrom = this.socket.bufferedAmount > 0 ? performance.now() : 0;
      this.goOn();
    });
    return false;
  }

  protected override isStalled(now: number): boolean {
    return this.goingFrom > 0 && now - this.goingFrom >= this.host.limits.stallTimeout;
  }

  trim(): void {
    this.connection.trim();
  }

  private fail(code: number, reason: string): void {
    this.connection.close();
    this.finish(code, reason);
  }

  protected finish(code = GOING_AWAY, reason = 'the server ends'): void {
    if (this.isOver) return;
    this.isOver = true;
    this.waiting.length = 0;
    this.goingFrom ||= performance.now();
    this.socket.resume();
    this.socket.close(code, reason);
  }

  protected destroy(): void {
    this.isOver = true;
    this.socket.terminate();
  }
}
