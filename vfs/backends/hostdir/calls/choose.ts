// Chooses the way in which the descriptors of a host directory are used: libc if it can be called, else node:fs.
import type { Fs } from '../node/node.ts';
import { LibcCalls, hasOpenat2, libc } from '../libc/index.ts';
import type { Way } from '../options.ts';
import type { HostCalls } from './calls.ts';
import { ProcCalls } from './proc-calls.ts';

/** A way by descriptors. */
export type DescriptorWay = Exclude<Way, 'paths'>;
/** The ways by descriptors. */
export const DESCRIPTOR_WAYS: readonly DescriptorWay[] = ['openat2', 'openat', 'proc'];

/**
 * Chooses the calls.
 * @param descriptorsAt `/proc/PID/fd/`.
 * @param want The way that it must be; undefined for the first that works: `openat2`, `openat`, `proc`. In a worker thread
 *   that is `proc`: when a thread is terminated, Node closes the descriptors that it has opened, and no others.
 * @throws Error if the wanted way does not work here.
 */
export function choose(fs: Fs, descriptorsAt: string, want: DescriptorWay | undefined): HostCalls {
  if (want === 'proc' || (want === undefined && isWorker())) return new ProcCalls(fs, descriptorsAt);
  const own = libc();
  if (own instanceof Error) {
    if (want === undefined) return new ProcCalls(fs, descriptorsAt);
    throw refusal(want, own.message, own);
  }
  const way = want ?? (hasOpenat2(own) ? 'openat2' : 'openat');
  if (want === 'openat2' && !hasOpenat2(own)) throw refusal(want, 'the kernel or a filter of system calls refuses it');
  return new LibcCalls(own, way, fs.constants, descriptorsAt);
}

/** True in a worker thread, which may be terminated. */
function isWorker(): boolean {
  return process.getBuiltinModule('node:worker_threads').isMainThread === false;
}

function refusal(want: Way, reason: string, cause?: Error): Error {
  return new Error(`The host directory cannot be reached by way of ${want}: ${reason}.`, { cause });
}
