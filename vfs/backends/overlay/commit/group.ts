// Group ownership of staged files: what open(2) and mkdir(2) would have given in a set-group-ID directory.
import { S_ISGID } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import type { Backend } from '../../../backend/backend.ts';
import type { Inode } from '../../../backend/inode.ts';
import { attempt, setOwner } from '../layer/layer.ts';
import { attrOf } from '../layer/look.ts';
import { check } from '../layer/walk.ts';

/** Returns the group of new files in a directory with a set-group-ID bit (mkdir(2)); −1 without the bit. */
export function groupFor(backend: Backend, dir: Inode): number {
  const { mode, gid } = attrOf(backend, dir);
  return (mode & S_ISGID) !== 0 ? gid : -1;
}

/** Sets owner and group, if permitted; a negative uid is kept. Returns true if the file has them now. */
export function give(backend: Backend, inode: Inode, uid: number, gid: number): boolean {
  const isHis = (): boolean => {
    const attr = attrOf(backend, inode);
    return (uid < 0 || attr.uid === uid) && attr.gid === gid;
  };
  if (isHis()) return true;
  const attr = attrOf(backend, inode);
  if (uid >= 0) attr.uid = uid;
  attr.gid = gid;
  const errno = attempt(() => setOwner(backend, inode, attr));
  if (errno !== E.EPERM && errno !== E.ENOTSUP) check(errno);
  return isHis();
}
