// Memory limits of the machine and of the JavaScript engine, on Node, Deno, Bun and in browsers. Imports nothing.

/** Memory limits, from which the default capacities of stores in memory follow. */
export interface Machine {
  /** Memory of the machine in bytes, or of the container (cgroup) where that is less. */
  readonly memory: number;
  /** Limit of the engine's heap in bytes. Names and inodes are stored there. */
  readonly heap: number;
  /** Bytes of the heap in use, garbage included; 0 if the engine does not report it. */
  heapUsed(): number;
}

const GIB = 2 ** 30;
/** Assumed if no API reports a size. */
const UNKNOWN_MEMORY = 4 * GIB;
const UNKNOWN_HEAP = GIB;

/** The parts of `globalThis` that report sizes; each is missing in some runtime. */
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

/** Queries the runtime. `globals` is for tests. */
export function askMachine(globals: object = globalThis): Machine {
  const g = globals as Globals;
  const ask = <T>(question: () => T | undefined): T | undefined => {
    try {
      return question();
    } catch {
      return undefined; // the runtime declares the API but does not implement or allow it
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

/** False in Deno without the `sys` permission: the query would prompt the user. */
function mayAsk({ Deno }: Globals): boolean {
  if (Deno === undefined) return true;
  return Deno.permissions?.querySync?.({ name: 'sys', kind: 'systemMemoryInfo' }).state === 'granted';
}

function isAmount(bytes: number | undefined): bytes is number {
  return bytes !== undefined && bytes > 0 && bytes < 2 ** 53;
}

let known: Machine | null = null;

/** This machine; the runtime is queried once. */
export function machine(): Machine {
  return (known ??= askMachine());
}
