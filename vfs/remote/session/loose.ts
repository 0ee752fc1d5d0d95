// `cache=loose`: writes are not waited for, and attributes are kept for a second.
import { TYPE, decode, type Message } from '../../9p/codec.gen.ts';
import { Packet } from '../../9p/packet.ts';
import { E } from '../../linux/errno.ts';
import type { RemoteFid } from './fids.ts';
import type { Flight, Requests } from './requests.ts';

/** Most bytes of writes on their way. */
const BYTES = 8 << 20;
/** Milliseconds for which attributes are kept, and files of which they are. */
const AGE = 1000;
const FILES = 4096;

/** The requests that change attributes, that of the access time included. */
export const CHANGES = new Set<number>(
  [TYPE.Twrite, TYPE.Tsetattr, TYPE.Tlopen, TYPE.Tlcreate, TYPE.Tlink, TYPE.Trename, TYPE.Trenameat].concat([
    TYPE.Tunlinkat,
    TYPE.Tremove,
    TYPE.Tmkdir,
    TYPE.Tmknod,
    TYPE.Tsymlink,
    TYPE.Tread,
  ]),
);

/** The attributes of a file: an Rgetattr as it came. */
interface KeptReply {
  readonly reply: Uint8Array;
  readonly mask: number;
  readonly at: number;
}

/** The attributes and delayed writes of a session with `cache=loose`. */
export class Loose {
  private readonly requests: Requests;
  private readonly attributes = new Map<string, KeptReply>();
  /** The writes on their way, all to one file, one behind the other. */
  private readonly writes = new Set<Flight>();
  private bytes = 0;
  private writer: RemoteFid | null = null;
  private end = 0;

  constructor(requests: Requests) {
    this.requests = requests;
  }

  /** True if a write may go out behind those on their way: a server may take them in any order. */
  follows(fid: RemoteFid, offset: number): boolean {
    return this.writes.size === 0 || (this.writer === fid && this.end === offset);
  }

  /** Takes a write that has begun, and waits for none but the oldest ones. */
  behind(flight: Flight, fid: RemoteFid, offset: number, count: number): void {
    this.writer = fid;
    this.end = offset + count;
    this.bytes += count;
    this.writes.add(flight);
    this.requests.drop(flight, (errno, r) => {
      this.writes.delete(flight);
      this.bytes -= count;
      // Behind a write that was cut short the next one has the reason.
      fid.lost = errno || fid.lost || (r.count === count ? 0 : E.EIO);
    });
    this.requests.flush();
    while (this.bytes > BYTES) this.land();
  }

  private land(): void {
    const [first] = this.writes;
    if (first === undefined) return;
    this.requests.land(first);
    // The connection is over.
    if (!this.writes.delete(first)) return;
    this.bytes = 0;
    if (this.writer !== null) this.writer.lost ||= E.EIO;
  }

  /** Waits for all writes. */
  settle(): void {
    while (this.writes.size > 0) this.land();
  }

  /** Decodes the attributes that are kept of a file into `r`; false if there are none with these bits. */
  attributesOf(fid: RemoteFid, mask: number, r: Message): boolean {
    const kept = this.attributes.get(keyOf(fid));
    if (kept === undefined || (mask & ~kept.mask) !== 0 || performance.now() - kept.at > AGE) return false;
    return decode(r, new Packet(kept.reply), kept.reply.length) === 0 && r.type === TYPE.Rgetattr;
  }

  keep(fid: RemoteFid, mask: number, reply: Uint8Array): void {
    if (this.attributes.size >= FILES) this.attributes.clear();
    this.attributes.set(keyOf(fid), { reply: reply.slice(), mask, at: performance.now() });
  }

  /** Forgets all attributes: something has changed. */
  forget(): void {
    if (this.attributes.size > 0) this.attributes.clear();
  }
}

function keyOf({ pathLo, pathHi }: RemoteFid): string {
  return `${pathHi} ${pathLo}`;
}

/** The errno of a write of a fid that was not waited for: a write, an fsync or the clunk has it, once. */
export function takeLost(fid: RemoteFid | undefined, type: number): number {
  if (fid === undefined || fid.lost === 0) return 0;
  if (type !== TYPE.Twrite && type !== TYPE.Tfsync && type !== TYPE.Tclunk) return 0;
  const { lost } = fid;
  fid.lost = 0;
  return lost;
}
