// The sizes and shared capacity of in-memory mounts.
import { RamBackend } from '../../vfs/backends/ram/backend.ts';
import { Heap, MEMORY_SHARE, Space, defaultCapacity } from '../../vfs/backend/space.ts';

/** The default size, for the help. */
export const DEFAULT_SHARE = `1/${MEMORY_SHARE}`;

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** Parses a size such as `512M` to bytes; undefined if it is invalid. */
export function parseSize(text: string): number | undefined {
  const [, number, unit = ''] = /^(\d+)([KMGT]?)$/i.exec(text) ?? [];
  if (number === undefined) return undefined;
  const bytes = Number(number) * UNITS[unit.toUpperCase()]!;
  return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** The memory of all in-memory mounts: those without a size share one capacity, and all share the heap's limit. */
export class MountMemory {
  private heap: Heap | null = null;
  private shared: Space | null = null;

  /** Creates an empty directory. @param size Its capacity in bytes. */
  directory(size?: number): RamBackend {
    this.heap ??= new Heap();
    if (size !== undefined) return new RamBackend({}, new Space(size, this.heap));
    this.shared ??= new Space(defaultCapacity(), this.heap);
    return new RamBackend({}, this.shared);
  }
}
