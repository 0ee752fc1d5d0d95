// The time of a change of attributes: reads the clock for a setattr.
import { SETATTR_ATIME, SETATTR_ATIME_SET, SETATTR_MTIME, SETATTR_MTIME_SET } from '../9p/constants.ts';
import { readClock, tickTo } from '../lib/clock.ts';
import type { SetAttr } from './attr.ts';

/**
 * Puts the time of a setattr in `nowSec` and `nowNsec` (lib/clock.ts): the present time that the server has put in, since
 * a time set to now and the ctime are equal on Linux (utimensat(2)); else it reads the clock. The server may come from
 * another bundle, with a clock of its own.
 */
export function tickFor(set: SetAttr): void {
  const { valid } = set;
  if ((valid & (SETATTR_MTIME | SETATTR_MTIME_SET)) === SETATTR_MTIME) tickTo(set.mtime_sec, set.mtime_nsec);
  else if ((valid & (SETATTR_ATIME | SETATTR_ATIME_SET)) === SETATTR_ATIME) tickTo(set.atime_sec, set.atime_nsec);
  else readClock();
}
