// The options of `tar`, and the count of each limited resource.
import { checkOptions, type RowsOf } from '../../../lib/options.ts';

/** What an archive may make of itself; more is refused with a sentence. Each bounds memory, so that a small file costs little. */
export interface TarOptions {
  /** Bytes that a gzipped archive inflates to. Default 2 GiB. */
  maxBytes?: number;
  /** Members. Default 1,000,000. */
  maxMembers?: number;
  /** Directories that no member is of, and which are made up because a name leads through them. Default 262,144. */
  maxImplied?: number;
  /** Bytes of all names, of members, targets and extended attributes, together. Default 128 MiB. */
  maxNames?: number;
  /** Records of one pax header, besides the map of a sparse file. Default 10,000. */
  maxRecords?: number;
  /** Pieces of sparse files, together. Default 1,000,000. */
  maxExtents?: number;
  /** Directories in each other. What lies deeper is left out. Default 2,048. */
  maxDepth?: number;
}

/** Of each limit: its default and what it counts. */
const LIMITS: Readonly<Record<keyof TarOptions, readonly [value: number, unit: string]>> = {
  maxBytes: [2 ** 31, 'bytes of data'],
  maxMembers: [1_000_000, 'members'],
  maxImplied: [2 ** 18, 'directories without a member of their own'],
  maxNames: [2 ** 27, 'bytes of names'],
  maxRecords: [10_000, 'records in one pax header'],
  maxExtents: [1_000_000, 'pieces of sparse files'],
  maxDepth: [2048, 'levels'],
};

export const TAR_OPTIONS = {
  maxBytes: 'number',
  maxMembers: 'number',
  maxImplied: 'number',
  maxNames: 'number',
  maxRecords: 'number',
  maxExtents: 'number',
  maxDepth: 'number',
} satisfies RowsOf<TarOptions>;

/** The limits of one archive, and how much of each has been used. */
export class Limits implements Required<TarOptions> {
  readonly maxBytes!: number;
  readonly maxMembers!: number;
  readonly maxImplied!: number;
  readonly maxNames!: number;
  readonly maxRecords!: number;
  readonly maxExtents!: number;
  readonly maxDepth!: number;
  private readonly used: Record<keyof TarOptions, number>;

  /** @throws TypeError for options that cannot be. */
  constructor(options: TarOptions = {}) {
    this.used = { maxBytes: 0, maxMembers: 0, maxImplied: 0, maxNames: 0, maxRecords: 0, maxExtents: 0, maxDepth: 0 };
    for (const name of Object.keys(LIMITS) as (keyof TarOptions)[]) this[name] = LIMITS[name][0];
    Object.assign(this, given(checkOptions(options, TAR_OPTIONS)));
  }

  /** @throws Error when `count` more are too many. */
  use(name: keyof TarOptions, count: number): void {
    if ((this.used[name] += count) > this[name]) throw this.exceeded(name);
  }

  /** How many more may be. */
  left(name: keyof TarOptions): number {
    return this[name] - this.used[name];
  }

  exceeded(name: keyof TarOptions): Error {
    return new Error(
      `This archive has more than ${this[name]} ${LIMITS[name][1]}. ` +
        `If you trust it, pass a larger ${name}: tar(bytes, { ${name}: … }).`,
    );
  }
}

/** Those that are not undefined. */
function given(options: TarOptions): TarOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
