// The public entry `ram`: a store in memory.
import type { OwnedBackend } from '../../backend/backend.ts';
import { checkOptions, type RowsOf } from '../../lib/options.ts';
import { RamBackend, type RamOptions } from './backend.ts';

export type { OwnedBackend } from '../../backend/backend.ts';
export type { RamOptions } from './backend.ts';

/** The kinds of the options. @internal */
export const RAM_OPTIONS = { capacity: 'number' } satisfies RowsOf<RamOptions>;

/**
 * An empty store in memory: sparse files, faster than memfs. Its root directory has mode 0755 and belongs to uid and
 * gid 0.
 * @throws TypeError if an option is invalid.
 */
export function ram(options: RamOptions = {}): OwnedBackend {
  return new RamBackend(checkOptions(options, RAM_OPTIONS));
}
