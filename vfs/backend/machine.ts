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

/** Queries the runtime, for each figure when it is first read. `globals` is for tests. */
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
  const memory = (): number => {
    const total = ask(() => (mayAsk(g) ? builtin<{ totalmem(): number }>('node:os')?.totalmem() : undefined));
    const constrained = ask(() => g.process?.constrainedMemory?.());
    const device = ask(() => g.navigator?.deviceMemory);
    const known = [total, constrained, device === undefined ? undefined : device * GIB].filter(isAmount);
    return known.length > 0 ? Math.min(...known) : UNKNOWN_MEMORY;
  };
  // Node loads the module at the first use, in 2 ms.
  const statistics = (): HeapStatistics | undefined =>
    ask(() => builtin<{ getHeapStatistics(): HeapStatistics }>('node:v8')?.getHeapStatistics());
  const heap = (): number => {
    const limit = statistics()?.heap_size_limit ?? ask(() => g.performance?.memory?.jsHeapSizeLimit);
    return isAmount(limit) ? limit : UNKNOWN_HEAP;
  };
  let knownMemory = 0;
  let knownHeap = 0;
  return {
    get memory() {
      return (knownMemory ||= memory());
    },
    get heap() {
      return (knownHeap ||= heap());
    },
    heapUsed: () => statistics()?.used_heap_size ?? ask(() => g.performance?.memory?.usedJSHeapSize) ?? 0,
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

/** This machine; the runtime is queried once for each figure. */
export function machine(): Machine {
  return (known ??= askMachine());
}
