// The calls of the tree of descriptors through node:fs: each acts on /proc/PID/fd/N, or on one name below it.
import type { SetAttr, StatFs } from '../../../backend/backend.ts';
import { decodeText } from '../../../lib/utf8.ts';
import { E } from '../../../linux/errno.ts';
import { hostErrno, type Fs } from '../node/node.ts';
import { hasRawNames, pathForNode } from '../node/text.ts';
import { NO_NAMES, openNames, type NameIterator } from '../tree/listings/name-iterator.ts';
import { O_PATH } from '../tree/descriptors/proc.ts';
import { HostStat } from './host-stat.ts';
import { NodeCalls, statPath, tried } from './node-calls.ts';
import type { HostCalls, HostFlags } from './calls.ts';

/** The largest count that a double holds exactly. */
const MOST = BigInt(Number.MAX_SAFE_INTEGER);
/** The limit of `/..` components in one path, within PATH_MAX. */
const LEVELS = 1024;

/**
 * Calls of node:fs, which take paths only. The kernel follows the magic link `/proc/PID/fd/N` to the inode of the
 * descriptor, whatever its name is by now, and resolves at most one name below it.
 *
 * `/proc/PID/fd/N/name/` and `/proc/PID/fd/N/name/.` would follow a symlink in spite of O_NOFOLLOW: `below` rejects
 * every name that is not a single component.
 */
export class ProcCalls extends NodeCalls implements HostCalls {
  readonly way = 'proc';
  readonly exact = false;
  readonly rawNames = hasRawNames();
  readonly flags: HostFlags;
  private readonly descriptorsAt: string;
  private readonly st = new HostStat();

  /** @param descriptorsAt `/proc/PID/fd/`. */
  constructor(fs: Fs, descriptorsAt: string) {
    super(fs);
    this.flags = fs.constants;
    this.descriptorsAt = descriptorsAt;
  }

  /** The path of one name below a descriptor; null if it is not a single component. */
  private below(dir: number, name: string): string | null {
    return isComponent(name) ? `${this.descriptorsAt}${dir}/${name}` : null;
  }

  private open(path: string, flags: number, mode?: number): number {
    try {
      return this.fs.openSync(pathForNode(path), flags, mode);
    } catch (thrown) {
      return -hostErrno(thrown);
    }
  }

  /** None: node:fs delivers them later, from the event loop. */
  news(): null {
    return null;
  }

  own(fd: number): number {
    return fd;
  }

  openAt(dir: number, name: string, flags: number, mode: number): number {
    const path = this.below(dir, name);
    return path === null ? -E.EINVAL : this.open(path, flags | (this.flags.O_NOFOLLOW ?? 0), mode);
  }

  /** −ENOSYS: the kernel would follow symlinks on the way. */
  openBeneath(_dir: number, _names: readonly string[]): number {
    return -E.ENOSYS;
  }

  openUp(dir: number, levels: number): number {
    const { O_NOFOLLOW = 0, O_DIRECTORY = 0 } = this.flags;
    const flags = O_PATH | O_NOFOLLOW | O_DIRECTORY;
    let at = dir;
    for (let left = levels; left > 0; left -= LEVELS) {
      const up = this.open(this.descriptorsAt + at + '/..'.repeat(Math.min(left, LEVELS)), flags);
      if (at !== dir) this.close(at);
      if (up < 0) return up;
      at = up;
    }
    return at;
  }

  /** Without O_NOFOLLOW, which would open the link in /proc itself. */
  reopen(fd: number, flags: number): number {
    return this.open(this.descriptorsAt + fd, flags);
  }

  statAt(dir: number, name: string, out: HostStat): number {
    const path = this.below(dir, name);
    return path === null ? -E.EINVAL : statPath(this.fs, path, out);
  }

  mkdirAt(dir: number, name: string, mode: number): number {
    const path = this.below(dir, name);
    return path === null ? -E.EINVAL : tried(() => this.fs.mkdirSync(pathForNode(path), mode));
  }

  /** −EPERM: node:fs has no mknod(2). */
  mknodAt(_dir: number, _name: string, _mode: number): number {
    return -E.EPERM;
  }

  symlinkAt(target: string, dir: number, name: string): number {
    const path = this.below(dir, name);
    return path === null ? -E.EINVAL : tried(() => this.fs.symlinkSync(pathForNode(target), pathForNode(path)));
  }

  unlinkAt(dir: number, name: string): number {
    const path = this.below(dir, name);
    return path === null ? -E.EINVAL : tried(() => this.fs.unlinkSync(pathForNode(path)));
  }

  rmdirAt(dir: number, name: string): number {
    const path = this.below(dir, name);
    return path === null ? -E.EINVAL : tried(() => this.fs.rmdirSync(pathForNode(path)));
  }

  renameAt(oldDir: number, oldName: string, newDir: number, newName: string): number {
    const from = this.below(oldDir, oldName);
    const to = this.below(newDir, newName);
    return from === null || to === null
      ? -E.EINVAL
      : tried(() => this.fs.renameSync(pathForNode(from), pathForNode(to)));
  }

  linkAt(oldDir: number, oldName: string, newDir: number, newName: string): number {
    const from = this.below(oldDir, oldName);
    const to = this.below(newDir, newName);
    return from === null || to === null ? -E.EINVAL : tried(() => this.fs.linkSync(pathForNode(from), pathForNode(to)));
  }

  /** −ENOSYS: node:fs links names only. */
  link(_fd: number, _dir: number, _name: string): number {
    return -E.ENOSYS;
  }

  /** −ENOSYS: node:fs reads links by their names only. */
  readlink(_fd: number): number {
    return -E.ENOSYS;
  }

  readlinkAt(dir: number, name: string): Uint8Array | number {
    const path = this.below(dir, name);
    if (path === null) return -E.EINVAL;
    try {
      return this.fs.readlinkSync(pathForNode(path), { encoding: 'buffer' });
    } catch (thrown) {
      return -hostErrno(thrown);
    }
  }

  chmod(fd: number, mode: number): number {
    return tried(() => this.fs.chmodSync(this.descriptorsAt + fd, mode));
  }

  chown(fd: number, uid: number, gid: number): number {
    return tried(() => this.fs.chownSync(this.descriptorsAt + fd, uid, gid));
  }

  /** −ENOSYS: node:fs rounds times (times.ts). */
  utimens(_fd: number, _set: SetAttr): number {
    return -E.ENOSYS;
  }

  utimes(fd: number, atime: number | Date, mtime: number | Date): number {
    return tried(() => this.fs.utimesSync(this.descriptorsAt + fd, atime, mtime));
  }

  getxattr(_fd: number, _name: string): number {
    return -E.ENOTSUP;
  }

  setxattr(_fd: number, _name: string, _value: Uint8Array, _flags: number): number {
    return -E.ENOTSUP;
  }

  listxattr(_fd: number): number {
    return -E.ENOTSUP;
  }

  statfs(fd: number, out: StatFs): number {
    return statFsPath(this.fs, this.descriptorsAt + fd, out);
  }

  fsType(fd: number): number {
    try {
      return Number(this.fs.statfsSync(this.descriptorsAt + fd).type);
    } catch (thrown) {
      return -hostErrno(thrown);
    }
  }

  names(dir: number, atATime: number): NameIterator | number {
    try {
      return openNames(this.fs, this.descriptorsAt + dir, atATime);
    } catch (thrown) {
      const errno = hostErrno(thrown);
      // Bun cannot list a removed directory; it is empty.
      if (errno === E.ENOENT && this.stat(dir, this.st) === 0 && this.st.nlink === 0) return NO_NAMES;
      return -errno;
    }
  }

  listBytes(dir: number): Uint8Array[] | number {
    try {
      return this.fs.readdirSync(this.descriptorsAt + dir, { encoding: 'buffer' });
    } catch (thrown) {
      return -hostErrno(thrown);
    }
  }

  placeOf(fd: number): string | null {
    try {
      const path = decodeText(this.fs.readlinkSync(this.descriptorsAt + fd, { encoding: 'buffer' }));
      return path.endsWith(' (deleted)') ? null : path;
    } catch {
      return '';
    }
  }
}

/** The server has checked it already; this check is the boundary of the sandbox. */
function isComponent(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !name.includes('/');
}

/** statfs(2) of a path. Returns 0 or −errno. */
export function statFsPath(fs: Fs, path: string, out: StatFs): number {
  try {
    const st = fs.statfsSync(pathForNode(path), { bigint: true });
    const count = (value: bigint): number => Number(value < MOST ? value : MOST);
    out.bsize = Number(st.bsize);
    out.blocks = count(st.blocks);
    out.bfree = count(st.bfree);
    out.bavail = count(st.bavail);
    out.files = count(st.files);
    out.ffree = count(st.ffree);
    return 0;
  } catch (thrown) {
    return -hostErrno(thrown);
  }
}
