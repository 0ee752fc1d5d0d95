// utimensat(2).
import type { AtCalls } from './at-calls.ts';
import { Found } from './resolve/found.ts';
import { parsePath } from './resolve/path.ts';
import { lookup } from './resolve/resolver.ts';

const found = new Found();

/** See AtCalls.utimensat. */
export function utimensat(
  at: AtCalls,
  dir: number,
  text: string,
  follow: boolean,
  valid: number,
  aSec: number,
  aNsec: number,
  mSec: number,
  mNsec: number,
): number {
  if (valid === 0) return 0;
  let errno = lookup(at, dir, parsePath(text), follow, found);
  if (errno !== 0) return errno;
  const { tree, fid, borrowed } = found;
  errno = tree.client.setTimes(fid, valid, aSec, aNsec, mSec, mNsec);
  if (!borrowed) tree.client.clunk(fid);
  return errno;
}
