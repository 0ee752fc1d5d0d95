// StatsFs of node:fs, filled from an Rstatfs.
import type { Message } from '../../9p/codec.gen.ts';

/** Figures of a file system, as in node:fs (statfs(2)). */
export class StatsFs {
  /** The kind of file system: 9P's own number, whatever the store. */
  readonly type: number;
  /** Bytes of a block. */
  readonly bsize: number;
  readonly blocks: number;
  readonly bfree: number;
  readonly bavail: number;
  readonly files: number;
  readonly ffree: number;

  /** @param r An Rstatfs. */
  constructor(r: Message) {
    this.type = r.fstype;
    this.bsize = r.bsize;
    this.blocks = r.blocks;
    this.bfree = r.bfree;
    this.bavail = r.bavail;
    this.files = r.files;
    this.ffree = r.ffree;
  }
}

/** StatsFs with bigints. */
export class BigIntStatsFs {
  readonly type: bigint;
  readonly bsize: bigint;
  readonly blocks: bigint;
  readonly bfree: bigint;
  readonly bavail: bigint;
  readonly files: bigint;
  readonly ffree: bigint;

  /** @param r An Rstatfs. */
  constructor(r: Message) {
    this.type = BigInt(r.fstype);
    this.bsize = BigInt(r.bsize);
    this.blocks = BigInt(r.blocks);
    this.bfree = BigInt(r.bfree);
    this.bavail = BigInt(r.bavail);
    this.files = BigInt(r.files);
    this.ffree = BigInt(r.ffree);
  }
}
