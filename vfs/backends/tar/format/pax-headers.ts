// The pax records that apply to a member: global, its own, and its extended attributes.
import type { Limits } from './limits.ts';
import { decimal, decodeUtf8, eachRecord, type PaxRecords } from './pax.ts';

const NONE: PaxRecords = new Map();
const XATTR = 'SCHILY.xattr.';
const SPARSE = 'GNU.sparse.';

/** Escapes the name of an extended attribute for a keyword, as GNU tar does: `=` ends a keyword. */
export function escapeName(name: string): string {
  return name.replaceAll('%', '%25').replaceAll('=', '%3D');
}

function unescapeName(name: string): string {
  return name.replace(/%(25|3D)/g, (code) => (code === '%25' ? '%' : '='));
}

/** The pax records in force: global ones, and those of the next member, which win. */
export class PaxHeaders {
  private readonly limits: Limits;
  private global: PaxRecords = new Map();
  private local: PaxRecords = NONE;
  /** The numbers of a GNU sparse map of version 0.0, whose two keywords repeat. */
  map: number[] = [];
  /** True if the next member has records of a sparse file, its own or global ones. */
  isSparse = false;
  private isSparseForAll = false;
  /** Global extended attributes: one map shared by all members. */
  private shared: Map<string, Uint8Array> | null = null;

  constructor(limits: Limits) {
    this.limits = limits;
  }

  /** True if the next member has an extended header. */
  get isExtended(): boolean {
    return this.local !== NONE;
  }

  /**
   * Sets the records of the next member, in place of those before. Returns false if they are damaged.
   * @throws Error if they exceed a limit.
   */
  extend(bytes: Uint8Array): boolean {
    this.local = new Map();
    this.map = [];
    this.isSparse = this.isSparseForAll;
    return eachRecord(bytes, (keyword, value) => {
      this.isSparse ||= keyword.startsWith(SPARSE);
      if (keyword === 'GNU.sparse.offset' || keyword === 'GNU.sparse.numbytes') this.addToMap(value);
      else this.put(this.local, keyword, value);
    });
  }

  /** Stored as a number: the bytes would take ten times the memory. */
  private addToMap(value: Uint8Array): void {
    this.map.push(decimal(decodeUtf8(value) ?? ''));
    if (this.map.length > 2 * this.limits.left('maxExtents')) throw this.limits.exceeded('maxExtents');
  }

  private put(records: PaxRecords, keyword: string, value: Uint8Array): void {
    records.set(keyword, value);
    if (records.size > this.limits.maxRecords) throw this.limits.exceeded('maxRecords');
  }

  /**
   * Sets the global records, in place of all earlier ones, as in GNU tar. (In POSIX an earlier keyword stays in force.)
   * Returns false if they are damaged.
   * @throws Error if they exceed a limit.
   */
  extendAll(bytes: Uint8Array): boolean {
    this.global = new Map();
    const isWhole = eachRecord(bytes, (keyword, value) => {
      if (value.length > 0 || keyword.startsWith(XATTR)) this.put(this.global, keyword, value);
    });
    this.shared = attributesIn(this.global);
    this.isSparseForAll = [...this.global.keys()].some((keyword) => keyword.startsWith(SPARSE));
    this.isSparse ||= this.isSparseForAll;
    return isWhole;
  }

  /** Forgets the records of one member. */
  clear(): void {
    this.local = NONE;
    this.map = [];
    this.isSparse = this.isSparseForAll;
  }

  /** Returns the value of a keyword; an empty one cancels the global value. */
  get(keyword: string): Uint8Array | undefined {
    const value = this.local.get(keyword);
    const forAll = this.global.get(keyword);
    if (value === undefined) return forAll;
    return value.length === 0 && forAll !== undefined ? undefined : value;
  }

  /** Returns the value as text; null if there is none. A value that is not UTF-8 is neither a number nor a time. */
  text(keyword: string): string | null {
    const value = this.get(keyword);
    return value === undefined ? null : (decodeUtf8(value) ?? '\ufffd');
  }

  /** Returns the extended attributes of the next member. Members without their own share one map. */
  attributes(): Map<string, Uint8Array> | null {
    const own = attributesIn(this.local);
    if (own === null || this.shared === null) return own ?? this.shared;
    return new Map([...this.shared, ...own]);
  }

  /** True if these are the global attributes. */
  isShared(xattrs: ReadonlyMap<string, Uint8Array>): boolean {
    return xattrs === this.shared;
  }
}

function attributesIn(records: PaxRecords): Map<string, Uint8Array> | null {
  let xattrs: Map<string, Uint8Array> | null = null;
  for (const [keyword, value] of records) {
    if (keyword.startsWith(XATTR)) (xattrs ??= new Map()).set(unescapeName(keyword.slice(XATTR.length)), value);
  }
  return xattrs;
}
