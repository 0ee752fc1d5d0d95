// Serves a client behind a message port: each message is one frame.
import type { Packet } from '../9p/packet.ts';
import { Carrier, type CarrierHost } from './carrier.ts';

/** The members of a port that are used: a MessagePort and a Worker have them, in browsers and in Node. */
export interface Port {
  postMessage(message: Uint8Array, transfer: ArrayBuffer[]): void;
  addEventListener?(type: string, listener: (event: object) => void): void;
  /** Of Node's Worker, which has no addEventListener. */
  on?(type: string, listener: (data: unknown) => void): unknown;
  start?(): void;
  close?(): void;
}

/** Calls `receive` with each message of a port, and `ended` when its other end is closed or its Worker has ended. */
export function listenTo(port: Port, receive: (data: unknown) => void, ended: () => void): void {
  if (port.addEventListener === undefined) {
    port.on?.('message', receive);
    port.on?.('exit', ended);
    return;
  }
  port.addEventListener('message', (event) => receive((event as { data: unknown }).data));
  port.addEventListener('close', ended);
  port.start?.();
}

/** Serves the frames that a port receives. Anything but a Uint8Array ends the connection. */
export class PortCarrier extends Carrier {
  private readonly port: Port;
  private isOver = false;

  constructor(host: CarrierHost, port: Port) {
    super(host);
    this.port = port;
    listenTo(
      port,
      (data) => this.receive(data),
      () => this.close(),
    );
  }

  /** No time-out: a port does not tell whether its other end is alive, and a worker may attach late. */
  override look(): void {
    this.trim();
  }

  private receive(data: unknown): void {
    if (this.isOver) return;
    if (data instanceof Uint8Array && this.connection.receive(data)) this.served();
    else this.close();
  }

  send(packet: Packet, length: number): boolean {
    if (this.isOver) return false;
    const bytes = new Uint8Array(length);
    bytes.set(packet.u8.subarray(0, length));
    this.port.postMessage(bytes, [bytes.buffer]);
    return false;
  }

  trim(): void {
    this.connection.trim();
  }

  protected finish(): void {
    this.destroy();
  }

  protected destroy(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.port.close?.();
    this.gone();
  }
}
