// The sizes and shared capacity of in-memory mounts.
import { RamBackend } from '../../vfs/backends/ram/index.ts';
import { Heap, MEMORY_SHARE, Space, defaultCapacity } from '../../vfs/backend/space.ts';

/** How the help tells the default. */
export const DEFAULT_SHARE = `1/${MEMORY_SHARE}`;

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** `512M` → bytes; undefined for what is no size. */
export function sizeOf(text: string): number | undefined {
  const [, number, unit = ''] = /^(\d+)([KMGT]?)$/i.exec(text) ?? [];
  if (number === undefined) return undefined;
  const bytes = Number(number) * UNITS[unit.toUpperCase()]!;
  return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** The memory of a command line: directories without a size of their own share one room, and all share the heap. */
export class Memory {
  private heap: Heap | null = null;
  private shared: Space | null = null;

  /** An empty directory. @param size Bytes that it may hold. */
  directory(size?: number): RamBackend {
    this.heap ??= new Heap();
    if (size !== undefined) return new RamBackend({}, new Space(size, this.heap));
    this.shared ??= new Space(defaultCapacity(), this.heap);
    return new RamBackend({}, this.shared);
  }
}
