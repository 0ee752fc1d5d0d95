// The pax records that apply to a member: global, its own, and its extended attributes.
import type { Limits } from './limits.ts';
import { decimal, eachRecord, textOf, type PaxRecords } from './pax.ts';

const NONE: PaxRecords = new Map();
const XATTR = 'SCHILY.xattr.';
const SPARSE = 'GNU.sparse.';

/** An extended attribute's name in a keyword: as GNU tar writes it, without `=`, which ends a keyword. */
export function quoted(name: string): string {
  return name.replaceAll('%', '%25').replaceAll('=', '%3D');
}

function unquoted(name: string): string {
  return name.replace(/%(25|3D)/g, (code) => (code === '%25' ? '%' : '='));
}

/** The pax records in force: those for all members, and those for the next one, which count first. */
export class Records {
  private readonly limits: Limits;
  private global: PaxRecords = new Map();
  private local: PaxRecords = NONE;
  /** The numbers of a GNU sparse map of version 0.0: the same two keywords again and again. */
  map: number[] = [];
  /** Whether the next member, or all, have records of a sparse file. */
  isSparse = false;
  private isSparseForAll = false;
  /** Extended attributes for all members: one map, however many members have it. */
  private shared: Map<string, Uint8Array> | null = null;

  constructor(limits: Limits) {
    this.limits = limits;
  }

  /** Whether the next member has an extended header. */
  get isExtended(): boolean {
    return this.local !== NONE;
  }

  /**
   * What the next member has; of two extended headers the last counts. False when they are damaged.
   * @throws Error for more than the limits allow.
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

  /** A number: the bytes would take ten times as much. */
  private addToMap(value: Uint8Array): void {
    this.map.push(decimal(textOf(value) ?? ''));
    if (this.map.length > 2 * this.limits.left('maxExtents')) throw this.limits.exceeded('maxExtents');
  }

  private put(records: PaxRecords, keyword: string, value: Uint8Array): void {
    records.set(keyword, value);
    if (records.size > this.limits.maxRecords) throw this.limits.exceeded('maxRecords');
  }

  /**
   * What all members have from now on, in place of what an earlier header told: as GNU tar has it. (POSIX keeps what
   * the later one says nothing of.) False when they are damaged.
   * @throws Error for more than the limits allow.
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

  /** Forgets what was of one member. */
  clear(): void {
    this.local = NONE;
    this.map = [];
    this.isSparse = this.isSparseForAll;
  }

  /** The value of a keyword; an empty one takes back what is in force for all. */
  get(keyword: string): Uint8Array | undefined {
    const value = this.local.get(keyword);
    const forAll = this.global.get(keyword);
    if (value === undefined) return forAll;
    return value.length === 0 && forAll !== undefined ? undefined : value;
  }

  /** As text, null when there is none. What is not UTF-8 is no number and no time. */
  text(keyword: string): string | null {
    const value = this.get(keyword);
    return value === undefined ? null : (textOf(value) ?? '\ufffd');
  }

  /** The extended attributes of the next member. Members without some of their own share one map. */
  attributes(): Map<string, Uint8Array> | null {
    const own = attributesIn(this.local);
    if (own === null || this.shared === null) return own ?? this.shared;
    return new Map([...this.shared, ...own]);
  }

  /** Whether these attributes are those for all members. */
  isShared(xattrs: ReadonlyMap<string, Uint8Array>): boolean {
    return xattrs === this.shared;
  }
}

function attributesIn(records: PaxRecords): Map<string, Uint8Array> | null {
  let xattrs: Map<string, Uint8Array> | null = null;
  for (const [keyword, value] of records) {
    if (keyword.startsWith(XATTR)) (xattrs ??= new Map()).set(unquoted(keyword.slice(XATTR.length)), value);
  }
  return xattrs;
}
