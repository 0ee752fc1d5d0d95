// The public entry `ram`: a store in memory.
import { checkOptions, type RowsOf } from '../../lib/options.ts';
import { RamBackend, type RamOptions } from './backend.ts';

export { RamBackend, type RamOptions } from './backend.ts';

export const RAM_OPTIONS = { capacity: 'number' } satisfies RowsOf<RamOptions>;

/** An empty store in memory. @throws TypeError for options that cannot be. */
export function ram(options: RamOptions = {}): RamBackend {
  return new RamBackend(checkOptions(options, RAM_OPTIONS));
}
