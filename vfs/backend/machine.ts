/** What a store in memory may reckon with. */
export interface Machine {
  /** Bytes of memory that this process may have: the machine's, or the container's where that is less. */
  readonly memory: number;
  /** Bytes that the engine's heap may grow to, which is where names and inodes are. */
  readonly heap: number;
  /** Bytes of the heap in use, garbage included; 0 where the engine does not tell. */
  heapUsed(): number;
}

const GIB = 2 ** 30;
/** What is assumed where nothing is told. */
const UNKNOWN_MEMORY = 4 * GIB;
const UNKNOWN_HEAP = GIB;

/** Of `globalThis` what is asked, all of it missing somewhere. */
interface Globals {
  process?: {
    getBuiltinModule?(name: string): unknown;
    constrainedMemory?(): number;
  };
  Deno?: { permissions?: { querySync?(query: { name: 'sys'; kind: 'systemMemoryInfo' }): { state: string } } };
  navigator?: { deviceMemory?: number };
  performance?: { memory?: { jsHeapSizeLimit?: number; usedJSHeapSize?: number } };
}

interface HeapStatistics {
  heap_size_limit: number;
  used_heap_size: number;
}

/** Asks what there is. `globals` is for tests. */
export function askMachine(globals: object = globalThis): Machine {
  const g = globals as Globals;
  const ask = <T>(question: () => T | undefined): T | undefined => {
    try {
      return question();
    } catch {
      return undefined; // a runtime that has the name and not the thing, or does not allow it
    }
  };
  const builtin = <T>(name: string): T | undefined => ask(() => g.process?.getBuiltinModule?.(name) as T | undefined);
  const total = ask(() => (mayAsk(g) ? builtin<{ totalmem(): number }>('node:os')?.totalmem() : undefined));
  const constrained = ask(() => g.process?.constrainedMemory?.());
  const device = ask(() => g.navigator?.deviceMemory);
  const memories = [total, constrained, device === undefined ? undefined : device * GIB].filter(isAmount);
  const v8 = builtin<{ getHeapStatistics(): HeapStatistics }>('node:v8');
  const limit = ask(() => v8?.getHeapStatistics().heap_size_limit) ?? ask(() => g.performance?.memory?.jsHeapSizeLimit);
  return {
    memory: memories.length > 0 ? Math.min(...memories) : UNKNOWN_MEMORY,
    heap: isAmount(limit) ? limit : UNKNOWN_HEAP,
    heapUsed: () =>
      ask(() => v8?.getHeapStatistics().used_heap_size) ?? ask(() => g.performance?.memory?.usedJSHeapSize) ?? 0,
  };
}

/** Deno asks its user for a permission first; then nothing is asked. */
function mayAsk({ Deno }: Globals): boolean {
  if (Deno === undefined) return true;
  return Deno.permissions?.querySync?.({ name: 'sys', kind: 'systemMemoryInfo' }).state === 'granted';
}

function isAmount(bytes: number | undefined): bytes is number {
  return bytes !== undefined && bytes > 0 && bytes < 2 ** 53;
}

let known: Machine | null = null;

/** This machine, asked once. */
export function machine(): Machine {
  return (known ??= askMachine());
}
