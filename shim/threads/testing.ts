// Small modules for tests of threads: they import a memory, and may import `wasi.thread-spawn`.
import { section, sized, wasm } from '../../cli/wasm-testing.ts';

const [I32, FUNCTION, MEMORY, SHARED_WITH_MAX, WITH_MAX] = [0x7f, 0, 2, 3, 1];

export interface ThreadShape {
  /** The imported memory: the flags of its limits; null for a memory of its own. Default: a shared one. */
  readonly memory?: number | null;
  /** Imports `wasi.thread-spawn`. Default: true. */
  readonly spawns?: boolean;
  /** Another import, as `module.name`, which is () → (). */
  readonly foreign?: string;
  /** The exports. The functions of the first two do nothing. */
  readonly exports?: readonly string[];
  /** The code of `_start`. */
  readonly code?: readonly number[];
}

/** loop br 0 end */
export const SPIN = [0x03, 0x40, 0x0c, 0, 0x0b];
/** fd_write(1, 0, 0, 0), whose result is dropped. */
export const WRITE = [0x41, 1, 0x41, 0, 0x41, 1, 0x41, 0, 0x10, 1, 0x1a];
export const LIMITS = { UNSHARED: WITH_MAX, SHARED: SHARED_WITH_MAX, SHARED_64: 7 } as const;

/** A module. `_start` has the index 2 among its functions, or 3 with another import. */
export function threadModule(shape: ThreadShape = {}): Uint8Array<ArrayBuffer> {
  const {
    memory = SHARED_WITH_MAX,
    spawns = true,
    foreign,
    exports = ['_start', 'wasi_thread_start'],
    code = [],
  } = shape;
  const imports = [
    [...sized(spawns ? 'wasi' : 'wasi_snapshot_preview1'), ...sized(spawns ? 'thread-spawn' : 'fd_close'), FUNCTION, 0],
    [...sized('wasi_snapshot_preview1'), ...sized('fd_write'), FUNCTION, 3],
  ];
  if (foreign !== undefined) {
    const [module = '', name = ''] = foreign.split('.');
    imports.push([...sized(module), ...sized(name), FUNCTION, 2]);
  }
  const first = imports.length;
  if (memory !== null) imports.push([...sized('env'), ...sized('memory'), MEMORY, memory, 1, 2]);
  const indexOf = (name: string): number => first + (name === 'wasi_thread_start' ? 1 : 0);
  return wasm(
    section(1, [0x60, 1, I32, 1, I32], [0x60, 2, I32, I32, 0], [0x60, 0, 0], [0x60, 4, I32, I32, I32, I32, 1, I32]),
    section(2, ...imports),
    section(3, [2], [1]),
    memory === null ? section(5, [0, 1]) : [],
    section(7, ...exports.map((name) => [...sized(name), FUNCTION, indexOf(name)])),
    section(10, sized([0, ...code, 0x0b]), sized([0, 0x0b])),
  );
}
