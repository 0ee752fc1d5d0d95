// The options of `tar`, and the count of each limited resource.
import { checkOptions, type RowsOf } from '../../../lib/options.ts';

/**
 * Resource limits of an archive, each of which bounds memory; an archive that exceeds one is refused with a sentence.
 */
export interface TarOptions {
  /** Bytes of a gzipped archive when inflated. Default 2 GiB. */
  maxBytes?: number;
  /** Number of members. Default 1,000,000. */
  maxMembers?: number;
  /** Directories without a member of their own, implied by names below them. Default 262,144. */
  maxImplied?: number;
  /** Bytes of all names, targets and extended attributes together. Default 128 MiB. */
  maxNames?: number;
  /** Records of one pax header, except the map of a sparse file. Default 10,000. */
  maxRecords?: number;
  /** Extents of all sparse files together. Default 1,000,000. */
  maxExtents?: number;
  /** Depth of directories. Deeper members are skipped. Default 2,048. */
  maxDepth?: number;
}

/** The default and the unit of each limit. */
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

/** The limits of one archive, and the use of each so far. */
export class Limits implements Required<TarOptions> {
  readonly maxBytes!: number;
  readonly maxMembers!: number;
  readonly maxImplied!: number;
  readonly maxNames!: number;
  readonly maxRecords!: number;
  readonly maxExtents!: number;
  readonly maxDepth!: number;
  private readonly used: Record<keyof TarOptions, number>;

  /** @throws TypeError if an option is invalid. */
  constructor(options: TarOptions = {}) {
    this.used = { maxBytes: 0, maxMembers: 0, maxImplied: 0, maxNames: 0, maxRecords: 0, maxExtents: 0, maxDepth: 0 };
    for (const name of Object.keys(LIMITS) as (keyof TarOptions)[]) this[name] = LIMITS[name][0];
    Object.assign(this, given(checkOptions(options, TAR_OPTIONS)));
  }

  /**
   * Counts the use of a resource.
   * @throws Error if it exceeds the limit.
   */
  use(name: keyof TarOptions, count: number): void {
    if ((this.used[name] += count) > this[name]) throw this.exceeded(name);
  }

  /** Returns the rest of a limit. */
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

/** Returns the options that are not undefined. */
function given(options: TarOptions): TarOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
