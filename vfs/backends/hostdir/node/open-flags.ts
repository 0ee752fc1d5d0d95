// Translation of open(2) flags from 9P's numbers to the host's.
import { O_APPEND, O_DSYNC, O_RDWR, O_SYNC, O_WRONLY } from '../../../linux/constants.ts';
import type { HostFlags } from '../calls/calls.ts';

/**
 * Translates open(2) flags to the host's; 9P uses those of Linux on x86.
 * @param access O_RDONLY, O_WRONLY or O_RDWR.
 * @param special Any of O_APPEND, O_SYNC and O_DSYNC.
 */
export function openFlags(host: HostFlags, access: number, special: number, isDir: boolean): number {
  let flags = access === O_RDWR ? host.O_RDWR : access === O_WRONLY ? host.O_WRONLY : host.O_RDONLY;
  if (isDir) flags |= host.O_DIRECTORY ?? 0;
  // Passed on, since another process may append as well.
  if ((special & O_APPEND) !== 0) flags |= host.O_APPEND;
  if ((special & O_SYNC) === O_SYNC) flags |= host.O_SYNC ?? 0;
  else if ((special & O_DSYNC) !== 0) flags |= host.O_DSYNC ?? 0;
  return flags;
}
