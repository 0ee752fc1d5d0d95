// The tree of a directory that nobody else changes: names and attributes are remembered.
import { S_IFLNK } from '../../../../linux/constants.ts';
import { E } from '../../../../linux/errno.ts';
import { INTENT_CREATE } from '../../../../backend/lookup-intent.ts';
import type { HostCalls } from '../../calls/calls.ts';
import { copyStat, type HostStat } from '../../calls/host-stat.ts';
import { DescriptorTree } from '../descriptors/descriptor-tree.ts';
import type { HostInode } from '../inode.ts';
import { InodeRecords, forgetName, keepAttr, miss, recall } from './inode-records.ts';

/**
 * A tree of descriptors that remembers what it has seen, until a change of its own (inode-records.ts). A fid holds its inode by
 * a descriptor once that was needed. No descriptor outlives the fid, so that what somebody else moves outside is not
 * reached through one: the next call goes by the names again.
 */
export class CachedTree extends DescriptorTree {
  /** Null after `uncache`. */
  private records: InodeRecords | null;
  /** Inodes with a descriptor and without a fid, until the next lookup. */
  private readonly loose: HostInode[] = [];

  /** @param most As in DescriptorTree. */
  constructor(calls: HostCalls, fd: number, most?: number) {
    super(calls, fd, most);
    this.records = new InodeRecords((inode) => this.forget(inode));
  }

  override get cached(): boolean {
    return this.records !== null;
  }

  override uncache(): void {
    const { records } = this;
    this.records = null;
    this.loosen();
    records?.drop();
    for (const inode of this.table.all()) {
      inode.hasAttr = false;
      inode.names = null;
    }
  }

  override at(inode: HostInode): number {
    // A call that needs the descriptor may change the attributes.
    inode.hasAttr = false;
    return super.at(inode);
  }

  override open(inode: HostInode, flags: number): number {
    const { hasAttr } = inode;
    const fd = super.open(inode, flags);
    inode.hasAttr = hasAttr;
    return fd;
  }

  /** If the names that lead to it do so no more, the next lookup sees what has become of them. */
  protected override reopen(inode: HostInode): number {
    const fd = super.reopen(inode);
    if (fd !== -E.ESTALE || this.records === null) return fd;
    for (let at = inode; at.parent !== null; at = at.parent) forgetName(at.parent, at.name);
    return fd;
  }

  protected override wait(inode: HostInode): void {
    if (this.records === null) super.wait(inode);
    else this.loose.push(inode);
  }

  private loosen(): void {
    for (const inode of this.loose) if (inode.refs === 0 && inode !== this.root) this.held.release(inode);
    this.loose.length = 0;
  }

  override lookup(dir: HostInode, name: string, intent: number): HostInode | number {
    if (this.loose.length > 0) this.loosen();
    if (this.records === null) return super.lookup(dir, name, intent);
    this.keepMade();
    // Other intents would miss that a file known by one of its names loses another.
    const answer = intent === INTENT_CREATE ? this.assumed.answer(dir, name, intent) : null;
    return answer ?? this.recall(dir, name);
  }

  /** Answers from what is remembered, else by a look. */
  private recall(dir: HostInode, name: string): HostInode | number {
    const known = recall(dir, name);
    // By this name it is found again: another one may be gone.
    if (typeof known === 'object') this.place(known, dir, name);
    if (known !== undefined) return known;
    const st = this.freshStat;
    this.fresh = null;
    const errno = this.lookAt(dir, name, st);
    if (errno === -E.ENOENT) miss(dir, name);
    if (errno < 0) return -errno;
    const inode = this.knownAs(st) ?? this.table.add(st);
    inode.seen(st);
    keepAttr(inode, st);
    this.place(inode, dir, name);
    // A listing does not release it.
    this.records!.add(inode);
    return inode;
  }

  /** lstat(2) of a name in a directory, which may have a descriptor for this call only. */
  private lookAt(dir: HostInode, name: string, st: HostStat): number {
    if (dir.fd >= 0) return this.calls.statAt(dir.fd, name, st);
    const fd = this.reopen(dir);
    if (fd < 0) return fd;
    const errno = this.calls.statAt(fd, name, st);
    this.held.closeFd(fd);
    return errno;
  }

  override statName(dir: HostInode, name: string, out: HostStat): number {
    if (this.records === null) return super.statName(dir, name, out);
    const found = this.recall(dir, name);
    return typeof found === 'number' ? found : this.stat(found, out);
  }

  override parent(dir: HostInode, intent: number): HostInode | number {
    return this.records !== null && dir.parent !== null ? dir.parent : super.parent(dir, intent);
  }

  override stat(inode: HostInode, out: HostStat): number {
    if (inode.hasAttr) {
      copyStat(out, inode.attr!);
      return 0;
    }
    const errno = super.stat(inode, out);
    if (errno === 0 && this.records !== null) keepAttr(inode, out);
    return errno;
  }

  override touched(inode: HostInode): void {
    inode.hasAttr = false;
    super.touched(inode);
  }

  protected override changing(dir: HostInode, name: string, isMade: boolean): void {
    super.changing(dir, name, isMade);
    forgetName(dir, name);
  }

  /** A fid may not have needed the descriptor yet, which alone leads to the inode once the name is gone. */
  override hold(inode: HostInode): void {
    if (inode.refs === 0 || this.records === null) return;
    this.at(inode);
    if (!this.exact && inode.kind === S_IFLNK && inode.target === undefined) this.readTarget(inode);
  }

  protected override isDone(inode: HostInode): boolean {
    if (this.records === null || inode === this.root || inode.refs > 0 || inode.links === 0) return super.isDone(inode);
    this.held.release(inode);
    this.records.add(inode);
    return false;
  }

  override close(inode: HostInode): void {
    this.records?.delete(inode);
    super.close(inode);
  }

  /** Forgets an inode, and each directory above that has no other known inode in it. */
  private forget(inode: HostInode): void {
    for (let at: HostInode | null = inode; at !== null && at !== this.root && at.refs === 0 && at.pins === 0;) {
      const above: HostInode | null = at.parent;
      this.close(at);
      at = above;
    }
  }

  override trim(): void {
    this.loosen();
    this.records?.drop();
    super.trim();
  }
}
