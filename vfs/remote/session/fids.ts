// The fids of a session: what the client calls a number, and the number that the server knows.
import { MESSAGES } from '../../9p/schema/messages.ts';
import { NOFID } from '../../9p/constants.ts';
import { TYPE, type Message } from '../../9p/codec.gen.ts';
import { NumberPool } from '../../client/pool.ts';
import type { Orphan } from './orphans.ts';
import type { ReadAhead } from './read-ahead.ts';
import type { Flight } from './requests.ts';

/** A fid of the client. */
export class RemoteFid {
  /** Its number on the wire. */
  wire: number;
  /** The qid of its file: the type and the path. */
  type = 0;
  pathLo = 0;
  pathHi = 0;
  /** The flags of its Tlopen or Tlcreate; −1 before. */
  flags = -1;
  /** True if it is on an extended attribute. */
  isXattr = false;
  /** The walk that makes it, until that is answered. */
  walk: Flight | null = null;
  /** The errno of that walk, if nobody waited for it: each request on the fid has it. */
  failed = 0;
  /** The errno of a write that nobody waited for. */
  lost = 0;
  /** The data that were read ahead. */
  ahead: ReadAhead | null = null;
  /** Its file, if that was unlinked and has another name here. */
  orphan: Orphan | null = null;

  constructor(wire: number) {
    this.wire = wire;
  }

  setQid(type: number, pathLo: number, pathHi: number): void {
    this.type = type;
    this.pathLo = pathLo;
    this.pathHi = pathHi;
  }

  /** Takes the file of another fid. */
  copy({ type, pathLo, pathHi, orphan }: RemoteFid): void {
    this.orphan = orphan;
    if (orphan !== null) orphan.users++;
    this.type = type;
    this.pathLo = pathLo;
    this.pathHi = pathHi;
  }
}

type FidField = 'fid' | 'dfid' | 'olddirfid' | 'newdirfid';

/** The fields of each request that hold the number of a fid that exists. */
const FIELDS: readonly (readonly FidField[])[] = fieldsOf();

function fieldsOf(): (readonly FidField[])[] {
  const fields: (readonly FidField[])[] = [];
  for (const [name, [type, row]] of Object.entries(MESSAGES)) {
    if (!name.startsWith('T') || name === 'Tattach') continue;
    const all = Array.from(
      row.matchAll(/(?<![\w(])(fid|dfid|olddirfid|newdirfid)\[4\]/g),
      ([, field]) => field as FidField,
    );
    fields[type] = all;
  }
  return fields;
}

/** The client's numbers are below, those of our own requests are these and above. */
export const OWN_FIDS = 0x2000_0000;
/** A number that no fid has. */
const NONE = NOFID - 1;

/**
 * The fids of a session. The client uses a number again as soon as it has sent Tclunk; on the wire a number is free when
 * the clunk is answered, since a server may take requests in another order.
 */
export class Fids {
  private readonly byNumber: (RemoteFid | undefined)[] = [];
  private readonly owned = new Map<number, RemoteFid>();
  private readonly numbers = new NumberPool(0, NONE);

  get(num: number): RemoteFid | undefined {
    return num < OWN_FIDS ? this.byNumber[num] : this.owned.get(num);
  }

  /** Makes a fid, which the client does not see before `put`. */
  own(): RemoteFid {
    return new RemoteFid(this.numbers.take());
  }

  /** Makes the client's number stand for a fid. */
  put(num: number, fid: RemoteFid): void {
    if (num < OWN_FIDS) this.byNumber[num] = fid;
    else this.owned.set(num, fid);
  }

  /** The client's number does not stand for that fid any more. */
  forget(num: number, fid: RemoteFid): void {
    if (this.get(num) !== fid) return;
    if (num < OWN_FIDS) this.byNumber[num] = undefined;
    else this.owned.delete(num);
  }

  /** The number on the wire is free. */
  free({ wire }: Pick<RemoteFid, 'wire'>): void {
    this.numbers.give(wire);
  }

  /** All fids that the client has. */
  *all(): Iterable<RemoteFid> {
    for (const fid of this.byNumber) if (fid !== undefined) yield fid;
  }

  /** The fids of a request, of which the first is the one that it is about. */
  of(t: Message, into: RemoteFid[]): void {
    into.length = 0;
    for (const field of FIELDS[t.type] ?? NO_FIELDS) {
      const fid = this.get(t[field]);
      if (fid !== undefined) into.push(fid);
    }
  }

  /** Puts the numbers of the wire in the place of the client's. */
  translate(t: Message, saved: number[]): void {
    for (const [i, field] of (FIELDS[t.type] ?? NO_FIELDS).entries()) {
      saved[i] = t[field];
      t[field] = wireOf(this.get(t[field]), t.type);
    }
  }

  /** Puts the client's numbers back. */
  restore(t: Message, saved: readonly number[]): void {
    for (const [i, field] of (FIELDS[t.type] ?? NO_FIELDS).entries()) t[field] = saved[i]!;
  }
}

/** The requests that go to the file by its open fid; a server may do all others by the name that the fid was walked by. */
const BY_HANDLE = new Set<number>([
  TYPE.Tread,
  TYPE.Twrite,
  TYPE.Treaddir,
  TYPE.Tfsync,
  TYPE.Tlock,
  TYPE.Tgetlock,
  TYPE.Tclunk,
]);

/** The number of a fid for a request: that of its file's present name if it is open and the file has another one. */
function wireOf(fid: RemoteFid | undefined, type: number): number {
  if (fid === undefined) return NONE;
  return fid.orphan === null || fid.flags < 0 || BY_HANDLE.has(type) ? fid.wire : fid.orphan.wire;
}

const NO_FIELDS: readonly FidField[] = [];
