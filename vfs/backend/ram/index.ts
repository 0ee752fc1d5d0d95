import { RamBackend, type RamOptions } from './backend.ts';

export { RamBackend, type RamOptions } from './backend.ts';

/** An empty store in memory. */
export function ram(options: RamOptions = {}): RamBackend {
  return new RamBackend(options);
}
