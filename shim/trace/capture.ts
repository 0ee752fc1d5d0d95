// A tracer that writes the 9P messages of a guest as a capture for Wireshark.
import { TYPE, Message, encode } from '../../vfs/9p/codec.gen.ts';
import { NOTAG, VERSION } from '../../vfs/9p/constants.ts';
import { Packet } from '../../vfs/9p/packet.ts';
import type { Attachment } from '../../vfs/connect/attachment.ts';
import { Iov } from '../../vfs/lib/iov.ts';
import { checkKind } from '../../vfs/lib/options.ts';
import { PacketCapture, type CapturedConnection, type WriteBytes } from '../../vfs/transport/pcapng.ts';
import type { Transport } from '../../vfs/transport/transport.ts';
import type { Tracer } from '../preview1/tracer.ts';

/** Longest message without its payload: 16 names of 65,535 bytes. */
const HEADER_ROOM = 2 << 20;

/** Writes the messages of a connection as the frames that a wire would carry. */
class CapturedTransport implements Transport {
  readonly msize: number;
  readonly peer: object | null;
  private readonly inner: Transport;
  private readonly connection: CapturedConnection;
  private readonly packet: Packet;

  constructor(inner: Transport, connection: CapturedConnection, packet: Packet) {
    this.msize = inner.msize;
    this.peer = inner.peer ?? null;
    this.inner = inner;
    this.connection = connection;
    this.packet = packet;
  }

  rpc(t: Message, r: Message, payload: Iov): number {
    this.frame(true, t, payload);
    r.type = 0;
    const errno = this.inner.rpc(t, r, payload);
    // A request that could not be sent has no reply.
    if (r.type !== 0) this.frame(false, r, payload);
    return errno;
  }

  /** Writes one message with its payload. One that cannot be encoded was not sent. */
  frame(toServer: boolean, m: Message, payload: Iov): void {
    const length = encode(m, this.packet, Number.MAX_SAFE_INTEGER);
    if (length < 0) return;
    const size = this.packet.view.getUint32(0, true);
    const bytes = new Uint8Array(size);
    bytes.set(this.packet.u8.subarray(0, length));
    if (size > length) {
      const part = new Iov();
      part.slice(payload, 0, size - length);
      part.gather(bytes.subarray(length));
    }
    this.connection.message(toServer, bytes);
  }

  close(): void {
    this.inner.close();
    this.connection.end();
  }
}

/**
 * Writes the 9P messages of one guest as a capture in the pcapng format: each connection to a server as one over TCP to
 * port 564, with headers of IPv4 and TCP that are made up. It begins after the attach; of the messages before, Tversion
 * and its reply are written from their result, since Wireshark learns the dialect from them.
 * @param write Gets the bytes of the file, in order.
 * @returns A tracer for the `trace` option of one WASI object.
 * @throws TypeError if `write` is not a function.
 */
export function capture(write: WriteBytes): Tracer {
  checkKind(write, 'function', 'write');
  const file = new PacketCapture(write);
  const packet = new Packet(HEADER_ROOM);
  return {
    wrap: (calls) => calls,

    listen({ client }: Attachment): void {
      const transport = new CapturedTransport(client.transport, file.connect(), packet);
      const version = new Message();
      version.tag = NOTAG;
      version.version = VERSION;
      for (const [type, msize] of [
        [TYPE.Tversion, client.transport.msize],
        [TYPE.Rversion, client.msize],
      ] as const) {
        version.type = type;
        version.msize = msize;
        transport.frame(type === TYPE.Tversion, version, new Iov());
      }
      client.transport = transport;
    },
  };
}
