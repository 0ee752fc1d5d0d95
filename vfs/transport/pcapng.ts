// Writes 9P messages as a capture of a TCP connection, in the pcapng format (draft-ietf-opsawg-pcapng), which Wireshark
// and tshark read.

/** Gets the bytes of the capture, in order. */
export type WriteBytes = (bytes: Uint8Array) => void;

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE = 1;
const ENHANCED_PACKET = 6;
const BYTE_ORDER = 0x1a2b3c4d;
/** Packets begin with an IP header. */
const LINKTYPE_RAW = 101;

const IP = 20;
const TCP = 20;
/** The most bytes of a segment: an IPv4 packet has 65,535 at most. */
const SEGMENT = 0xffff - IP - TCP;
const PORT_9P = 564;
/** The first port of a client: the ephemeral ports of RFC 6335. */
const PORT_CLIENT = 0xc000;
const PORTS = 0x1_0000 - PORT_CLIENT;
/** 192.0.2.1 and .2, addresses for documentation (RFC 5737). */
const CLIENT = 0xc000_0201;
const SERVER = 0xc000_0202;

const FIN = 1;
const SYN = 2;
const PSH = 8;
const ACK = 16;

/** A capture: the header is written at once, packets as they come. */
export class PacketCapture {
  private readonly write: WriteBytes;
  private connections = 0;

  constructor(write: WriteBytes) {
    this.write = write;
    const head = new DataView(new ArrayBuffer(48));
    head.setUint32(0, SECTION_HEADER, true);
    head.setUint32(4, 28, true);
    head.setUint32(8, BYTE_ORDER, true);
    // Version 1.0; the length of the section is not known.
    head.setUint16(12, 1, true);
    head.setInt32(16, -1, true);
    head.setInt32(20, -1, true);
    head.setUint32(24, 28, true);
    // Without options the unit of time is a microsecond, and packets have any length.
    head.setUint32(28, INTERFACE, true);
    head.setUint32(32, 20, true);
    head.setUint16(36, LINKTYPE_RAW, true);
    head.setUint32(44, 20, true);
    this.write(new Uint8Array(head.buffer));
  }

  /** Begins a connection, with the packets of its handshake. Each has a port of its own. */
  connect(): CapturedConnection {
    return new CapturedConnection(this, PORT_CLIENT + (this.connections++ % PORTS));
  }

  /** Writes one packet. @internal */
  packet(port: number, toServer: boolean, seq: number, ack: number, flags: number, data: Uint8Array): void {
    const length = IP + TCP + data.length;
    const total = 32 + length + (-length & 3);
    const bytes = new Uint8Array(total);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, ENHANCED_PACKET, true);
    view.setUint32(4, total, true);
    const now = Math.floor((performance.timeOrigin + performance.now()) * 1000);
    view.setUint32(12, now / 2 ** 32, true);
    view.setUint32(16, now >>> 0, true);
    view.setUint32(20, length, true);
    view.setUint32(24, length, true);
    view.setUint32(total - 4, total, true);
    bytes.set(data, 28 + IP + TCP);
    const addresses = toServer ? [CLIENT, SERVER] : [SERVER, CLIENT];
    const ports = toServer ? [port, PORT_9P] : [PORT_9P, port];
    putIp(new DataView(bytes.buffer, 28, length), addresses);
    putTcp(new DataView(bytes.buffer, 28 + IP, length - IP), addresses, ports, seq, ack, flags);
    this.write(bytes);
  }
}

/** Writes the header of a packet, which is the view. */
function putIp(view: DataView, [from, to]: number[]): void {
  // Version 4, a header of five words; do not fragment; 64 hops; TCP.
  view.setUint16(0, 0x4500);
  view.setUint16(2, view.byteLength);
  view.setUint32(4, 0x4000);
  view.setUint16(8, 0x4006);
  view.setUint32(12, from!);
  view.setUint32(16, to!);
  view.setUint16(10, checksum(sum(view, IP)));
}

/** Writes the header of a segment, which is the view with its data. */
function putTcp(
  view: DataView,
  [from, to]: number[],
  [fromPort, toPort]: number[],
  seq: number,
  ack: number,
  flags: number,
): void {
  view.setUint16(0, fromPort!);
  view.setUint16(2, toPort!);
  view.setUint32(4, seq);
  view.setUint32(8, ack);
  // A header of five words; the largest window.
  view.setUint16(12, 0x5000 | flags);
  view.setUint16(14, 0xffff);
  // The pseudo header: addresses, protocol, length.
  const words = [from!, to!].flatMap((address) => [address >>> 16, address & 0xffff]);
  const pseudo = words.reduce((total, word) => total + word, 6 + view.byteLength);
  view.setUint16(16, checksum(pseudo + sum(view, view.byteLength)));
}

/** The sum of 16-bit words; an odd last byte is the upper half of one. */
function sum(view: DataView, length: number): number {
  let total = 0;
  let i = 0;
  for (; i + 1 < length; i += 2) total += view.getUint16(i);
  return i < length ? total + (view.getUint8(i) << 8) : total;
}

/** The Internet checksum (RFC 1071) of a sum. */
function checksum(total: number): number {
  let folded = total;
  while (folded > 0xffff) folded = (folded % 0x1_0000) + Math.floor(folded / 0x1_0000);
  return folded ^ 0xffff;
}

const NO_DATA = new Uint8Array(0);

/** One connection of a capture. */
export class CapturedConnection {
  private readonly capture: PacketCapture;
  private readonly port: number;
  /** The next byte of each side. */
  private client = 0;
  private server = 0;
  private ended = false;

  constructor(capture: PacketCapture, port: number) {
    this.capture = capture;
    this.port = port;
    this.send(true, SYN, NO_DATA);
    this.client++;
    this.send(false, SYN | ACK, NO_DATA);
    this.server++;
    this.send(true, ACK, NO_DATA);
  }

  /** Writes a whole 9P message, in as many packets as it needs. */
  message(toServer: boolean, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += SEGMENT) {
      const part = bytes.subarray(at, at + SEGMENT);
      this.send(toServer, PSH | ACK, part);
      if (toServer) this.client = (this.client + part.length) >>> 0;
      else this.server = (this.server + part.length) >>> 0;
    }
  }

  /** Ends the connection. May be called again. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.send(true, FIN | ACK, NO_DATA);
    this.client = (this.client + 1) >>> 0;
    this.send(false, FIN | ACK, NO_DATA);
    this.server = (this.server + 1) >>> 0;
    this.send(true, ACK, NO_DATA);
  }

  private send(toServer: boolean, flags: number, data: Uint8Array): void {
    const [seq, ack] = toServer ? [this.client, this.server] : [this.server, this.client];
    this.capture.packet(this.port, toServer, seq, (flags & ACK) === 0 ? 0 : ack, flags, data);
  }
}
