// fstatat(2).
import type { FileStatus } from '../attributes.ts';
import type { AtCalls } from './at-calls.ts';
import { Found } from './resolve/found.ts';
import { parsePath } from './resolve/path.ts';
import { look } from './resolve/resolver.ts';

const found = new Found();

/** See AtCalls.statat. */
export function statat(
  at: AtCalls,
  dir: number,
  text: string,
  follow: boolean,
  mask: number,
  into: FileStatus,
): number {
  let errno = look(at, dir, parsePath(text), follow, found);
  if (errno !== 0) return errno;
  const { tree, fid, borrowed } = found;
  errno = tree.client.getattr(fid, mask, into.attributes);
  into.device = tree.device;
  if (!borrowed) tree.client.clunk(fid);
  return errno;
}
