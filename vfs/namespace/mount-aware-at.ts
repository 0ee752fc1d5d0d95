// The *at calls in a namespace: EBUSY and EEXIST for mount points.
import { O_CREAT, O_EXCL } from '../linux/constants.ts';
import { AtCalls } from '../client/at.ts';
import { LAST_NORM, parsePath } from '../client/path.ts';
import { E } from '../linux/errno.ts';

const MAKES_NEW = O_CREAT | O_EXCL;

/**
 * The *at calls in a tree with mounts. A mount point exists, whatever the tree itself has under its name, and can be
 * neither removed nor renamed (mount_namespaces(7)).
 */
export class MountAwareAt extends AtCalls {
  /** The errno of removing or renaming a path's last name (see MountTable.busy): EBUSY, ENOTEMPTY or 0. */
  private busy(dir: number, text: string): number {
    const path = parsePath(text);
    if (path.last !== LAST_NORM) return 0;
    const parent = this.resolver.findParent(dir, path);
    if (parent < 0) return 0;
    const { found } = this;
    const errno = found.mountTable?.busy(parent, path.names.at(-1)!) ?? 0;
    this.drop(dir, parent, found);
    return errno;
  }

  /** True if a path is a mount point. */
  private isMount(dir: number, text: string): boolean {
    return this.mountTable?.mayCross(parsePath(text).names.slice(-1)) === true && this.busy(dir, text) === E.EBUSY;
  }

  override openat(dir: number, text: string, flags: number): number {
    if ((flags & MAKES_NEW) === MAKES_NEW && this.isMount(dir, text)) return -E.EEXIST;
    return super.openat(dir, text, flags);
  }

  override mkdirat(dir: number, text: string): number {
    return this.isMount(dir, text) ? E.EEXIST : super.mkdirat(dir, text);
  }

  override symlinkat(target: string, dir: number, text: string): number {
    return target !== '' && this.isMount(dir, text) ? E.EEXIST : super.symlinkat(target, dir, text);
  }

  override unlinkat(dir: number, text: string): number {
    return this.isMount(dir, text) ? E.EISDIR : super.unlinkat(dir, text);
  }

  override rmdirat(dir: number, text: string): number {
    return (this.mountTable === null ? 0 : this.busy(dir, text)) || super.rmdirat(dir, text);
  }

  override renameat(oldDir: number, oldText: string, to: AtCalls, newDir: number, newText: string): number {
    const from = this.isMount(oldDir, oldText) ? E.EBUSY : 0;
    const onto = to instanceof MountAwareAt && to.mountTable !== null ? to.busy(newDir, newText) : 0;
    if (from === 0 && onto === 0) return super.renameat(oldDir, oldText, to, newDir, newText);
    return this.parentErrno(oldDir, oldText) || to.parentErrno(newDir, newText) || from || onto;
  }

  override linkat(oldDir: number, oldText: string, follow: boolean, to: AtCalls, newDir: number, newText: string) {
    if (!(to instanceof MountAwareAt) || !to.isMount(newDir, newText)) {
      return super.linkat(oldDir, oldText, follow, to, newDir, newText);
    }
    const source = this.lookup(oldDir, oldText, follow);
    this.drop(oldDir, source);
    return source < 0 ? -source : E.EEXIST;
  }
}
