// The fids of a session: what the client calls a number, and the number that the server knows.
import { MESSAGES } from '../../9p/schema/messages.ts';
import { NOFID } from '../../9p/constants.ts';
import type { Message } from '../../9p/codec.gen.ts';
import { NumberPool } from '../../client/pool.ts';
import type { Flight } from './requests.ts';

/** A fid of the client. */
export class RemoteFid {
  /** Its number on the wire. */
  readonly wire: number;
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

  constructor(wire: number) {
    this.wire = wire;
  }

  /** Takes the file of another fid. */
  copy({ type, pathLo, pathHi }: RemoteFid): void {
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

/** A number that no fid has. */
const NONE = NOFID - 1;

/**
 * The fids of a session. The client uses a number again as soon as it has sent Tclunk; on the wire a number is free when
 * the clunk is answered, since a server may take requests in another order.
 */
export class Fids {
  private readonly byNumber: (RemoteFid | undefined)[] = [];
  private readonly numbers = new NumberPool(0, NONE);

  get(num: number): RemoteFid | undefined {
    return this.byNumber[num];
  }

  /** Makes a fid, which the client does not see before `put`. */
  own(): RemoteFid {
    return new RemoteFid(this.numbers.take());
  }

  /** Makes the client's number stand for a fid. */
  put(num: number, fid: RemoteFid): void {
    this.byNumber[num] = fid;
  }

  /** The client's number does not stand for that fid any more. */
  forget(num: number, fid: RemoteFid): void {
    if (this.byNumber[num] === fid) this.byNumber[num] = undefined;
  }

  /** The number on the wire is free. */
  free(fid: RemoteFid): void {
    this.numbers.give(fid.wire);
  }

  /** All fids that the client has. */
  *all(): Iterable<RemoteFid> {
    for (const fid of this.byNumber) if (fid !== undefined) yield fid;
  }

  /** The fids of a request, of which the first is the one that it is about. */
  of(t: Message, into: RemoteFid[]): void {
    into.length = 0;
    for (const field of FIELDS[t.type] ?? NO_FIELDS) {
      const fid = this.byNumber[t[field]];
      if (fid !== undefined) into.push(fid);
    }
  }

  /** Puts the numbers of the wire in the place of the client's. */
  translate(t: Message, saved: number[]): void {
    for (const [i, field] of (FIELDS[t.type] ?? NO_FIELDS).entries()) {
      saved[i] = t[field];
      t[field] = this.byNumber[t[field]]?.wire ?? NONE;
    }
  }

  /** Puts the client's numbers back. */
  restore(t: Message, saved: readonly number[]): void {
    for (const [i, field] of (FIELDS[t.type] ?? NO_FIELDS).entries()) t[field] = saved[i]!;
  }
}

const NO_FIELDS: readonly FidField[] = [];
