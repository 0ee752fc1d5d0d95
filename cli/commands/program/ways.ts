// Says in which way each directory of this machine is reached (`wasi9p run --verbose`).
import type { Way } from '../../../vfs/backends/hostdir/options.ts';
import { tell } from '../../lib/output.ts';
import { own, text, type Text } from '../../lib/text.ts';
import { thread } from '../../lib/thread.ts';
import type { GuestMount } from '../../mounts/mounts.ts';

/** The end of a sentence for each way. */
const WAYS = {
  openat2: () => own('by openat2, through koffi'),
  openat: () => own('by openat, through koffi'),
  proc: () =>
    thread.isGuest
      ? own('through /proc, because the program runs in a thread')
      : own('through /proc; with the package koffi: by openat2'),
  paths: () => own('by its path'),
} satisfies Record<Way, () => Text>;

/** Prints a line for each directory. */
export function tellWays(mounts: readonly GuestMount[]): void {
  for (const { guest, host, backend } of mounts) {
    const { way, cached } = backend.changes?.lower ?? backend;
    if (host === undefined || way === undefined) continue;
    const isCached = cached === true ? own(' (cached)') : own('');
    tell(text`wasi9p: the guest's ${guest} is ${host} of this machine${isCached}, reached ${WAYS[way as Way]()}.\n`);
  }
}
