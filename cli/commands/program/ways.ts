// Says in which way each directory of this machine is reached (`wasi9p run --verbose`).
import { tell } from '../../lib/output.ts';
import { own, text } from '../../lib/text.ts';
import type { GuestMount } from '../../mounts/mounts.ts';

/** Prints a line for each directory. */
export function tellWays(mounts: readonly GuestMount[]): void {
  for (const { guest, host, backend } of mounts) {
    const { way, cached } = backend.changes?.lower ?? backend;
    if (host === undefined || way === undefined) continue;
    tell(text`wasi9p: ${guest} is ${host}, by way of ${way}${cached === true ? own(', cached') : own('')}.\n`);
  }
}
