// The groups of options of wasmtime: -W, -S, -C, -O, -D, -R. A key acts, is refused because it would change the result, or
// is without effect here.
import { UsageError, type Option } from '../lib/options.ts';
import { didYouMean, nearest } from '../lib/suggest.ts';
import type { RunPlan } from './run-plan.ts';
import { flagOf, numberOf, parseDuration } from './values.ts';

/** A key of a group that is not without effect. */
interface Key {
  readonly name: string;
  /** Its value in the help: `=BYTES`, or `[=n]` for yes or no. */
  readonly value: string;
  readonly help: string;
  /** Changes the plan. @param option The option as written, for errors. */
  act?(plan: RunPlan, value: string | undefined, option: string): void;
}

/** A group of options. */
interface Group {
  /** The name of its option in options.ts. */
  readonly name: string;
  readonly letter: string;
  readonly keys: readonly Key[];
  /** The keys without effect. */
  readonly unused: readonly string[];
  /** The beginnings of the keys without effect. */
  readonly prefix?: string;
}

const NUMBER = '=N';
const FLAG = '[=n]';

/** A key that is refused, unless its value is `n`. `why` ends a sentence. */
function refused(name: string, value: string, why: string): Key {
  return { name, value, help: `Not supported: ${why}.` };
}

/** A key that lets a stream of this process through, or not. */
function stream(name: string, fd: number): Key {
  return {
    name,
    value: FLAG,
    help: `With =n, ${fd === 0 ? 'the program reads nothing' : 'what the program writes is dropped'}.`,
    act(plan, value, option) {
      if (flagOf(value, option)) plan.closed.delete(fd);
      else plan.closed.add(fd);
    },
  };
}

/** A key for the functions that are imported and not of WASI. */
function unknownImports(name: string, kind: 'trap' | 'default', help: string): Key {
  return {
    ...{ name, value: FLAG, help },
    act(plan, value, option) {
      if (flagOf(value, option)) plan.unknownImports = kind;
    },
  };
}

export const GROUPS: readonly Group[] = [
  {
    name: 'wasm',
    letter: 'W',
    keys: [
      {
        name: 'max-wasm-stack',
        value: '=BYTES',
        help: 'The stack that the program needs.',
        act(plan, value, option) {
          plan.stack = numberOf(value, option);
        },
      },
      {
        name: 'timeout',
        value: '=TIME',
        help: 'Ends the program after a time such as 10s or 500ms.',
        act(plan, value, option) {
          plan.timeout = { ms: parseDuration(value, option), written: option };
        },
      },
      {
        name: 'max-memory-size',
        value: '=BYTES',
        help: "Limits the program's memory: beyond it, memory.grow fails.",
        act(plan, value, option) {
          plan.maxMemory = numberOf(value, option);
        },
      },
      unknownImports('unknown-imports-trap', 'trap', 'Functions that are not of WASI trap when they are called.'),
      unknownImports('unknown-imports-default', 'default', 'Functions that are not of WASI return zeros.'),
      refused('fuel', NUMBER, 'instructions are not counted'),
      refused('nan-canonicalization', FLAG, 'the bits of a NaN are those of the processor'),
      refused('relaxed-simd-deterministic', FLAG, 'relaxed instructions are those of the processor'),
      refused('wmemcheck', FLAG, 'the use of memory is not checked'),
      refused('trap-on-grow-failure', FLAG, 'memory.grow returns -1'),
      refused('max-table-elements', NUMBER, 'tables are not limited'),
      refused('max-instances', NUMBER, 'instances are not limited'),
      refused('max-tables', NUMBER, 'tables are not limited'),
      refused('max-memories', NUMBER, 'memories are not limited'),
    ],
    unused: [
      ...['epoch-interruption', 'async-stack-size', 'async-stack-zeroing', 'unknown-exports-allow', 'all-proposals'],
      ...['bulk-memory', 'multi-memory', 'multi-value', 'reference-types', 'simd', 'relaxed-simd', 'tail-call'],
      ...['threads', 'shared-memory', 'shared-everything-threads', 'memory64', 'component-model'],
      ...['component-model-async', 'component-model-more-async-builtins', 'component-model-async-stackful'],
      ...['component-model-threading', 'component-model-error-context', 'component-model-gc', 'component-model-map'],
      ...['component-model-memory64', 'component-model-fixed-length-lists', 'component-model-implements'],
      ...['component-model-async-builtins', 'function-references', 'stack-switching', 'gc', 'custom-page-sizes'],
      ...['wide-arithmetic', 'branch-hinting', 'extended-const', 'exceptions', 'legacy-exceptions', 'gc-support'],
      'concurrency-support',
    ],
  },
  {
    name: 'wasi',
    letter: 'S',
    keys: [
      {
        name: 'inherit-env',
        value: FLAG,
        help: 'Passes all variables of this process; --env adds to them.',
        act(plan, value, option) {
          plan.inheritEnv = flagOf(value, option);
        },
      },
      {
        name: 'cwd',
        value: '=GUEST',
        help: 'The directory at which relative paths begin; also PWD, unless --env sets it.',
        act(plan, value, option) {
          if (value === undefined || value === '')
            throw new UsageError(`${option}: the value is missing: -S cwd=PATH.`);
          plan.cwd = value;
        },
      },
      stream('inherit-stdin', 0),
      stream('inherit-stdout', 1),
      stream('inherit-stderr', 2),
      {
        name: 'threads',
        value: FLAG,
        help: 'Runs a program with a shared memory in workers, a thread each, which is done anyway if it imports\nwasi.thread-spawn; =n forbids it.',
        act(plan, value, option) {
          plan.threads = flagOf(value, option);
        },
      },
      {
        name: 'tcplisten',
        value: '=HOST:PORT',
        help: 'Listens on a TCP address: the program gets the socket as descriptor 3, further ones as 4, …',
        act(plan, value, option) {
          if (value === undefined || value === '')
            throw new UsageError(`${option}: the value is missing: -S tcplisten=HOST:PORT.`);
          plan.listen.push(value);
        },
      },
      refused('listenfd', FLAG, 'sockets of this process are not passed on; -S tcplisten makes one'),
    ],
    unused: [
      ...['cli', 'cli-exit-with-code', 'common', 'nn', 'http', 'http-outgoing-body-buffer-chunks'],
      ...['http-outgoing-body-chunk-size', 'config', 'keyvalue', 'tls', 'preview2', 'nn-graph', 'inherit-network'],
      ...['allow-ip-name-lookup', 'tcp', 'udp', 'network-error-code', 'preview0', 'config-var'],
      ...['keyvalue-in-memory-data', 'p3', 'max-resources', 'hostcall-fuel', 'max-random-size', 'max-http-fields-size'],
    ],
  },
  {
    name: 'codegen',
    letter: 'C',
    keys: [],
    unused: [
      ...['compiler', 'collector', 'cranelift-debug-verifier', 'cache', 'cache-config', 'parallel-compilation'],
      ...['native-unwind-info', 'inlining', 'metadata-for-internal-asserts', 'metadata-for-gc-heap-corruption', 'pcc'],
    ],
    prefix: 'cranelift-',
  },
  {
    name: 'optimize',
    letter: 'O',
    keys: [],
    unused: [
      ...['opt-level', 'regalloc-algorithm', 'memory-may-move', 'memory-reservation', 'memory-reservation-for-growth'],
      ...['memory-guard-size', 'gc-heap-may-move', 'gc-heap-reservation', 'gc-heap-reservation-for-growth'],
      ...['gc-heap-guard-size', 'gc-heap-initial-size', 'guard-before-linear-memory', 'table-lazy-init'],
      ...['memory-init-cow', 'memory-guaranteed-dense-image-size', 'signals-based-traps', 'gc-zeal-alloc-counter'],
      ...['dynamic-memory-guard-size', 'static-memory-guard-size', 'static-memory-forced'],
      ...['static-memory-maximum-size', 'dynamic-memory-reserved-for-growth', 'pooling-allocator'],
      ...['pooling-decommit-batch-size', 'pooling-memory-keep-resident', 'pooling-table-keep-resident'],
      ...['pooling-memory-protection-keys', 'pooling-max-memory-protection-keys', 'pooling-total-core-instances'],
      ...['pooling-total-component-instances', 'pooling-total-memories', 'pooling-total-tables'],
      ...['pooling-total-stacks', 'pooling-max-memory-size', 'pooling-table-elements'],
      ...['pooling-max-core-instance-size', 'pooling-max-unused-warm-slots', 'pooling-async-stack-keep-resident'],
      ...['pooling-max-component-instance-size', 'pooling-max-core-instances-per-component'],
      ...['pooling-max-memories-per-component', 'pooling-max-tables-per-component'],
      ...['pooling-max-tables-per-module', 'pooling-max-memories-per-module', 'pooling-total-gc-heaps'],
      'pooling-pagemap-scan',
    ],
  },
  {
    name: 'debug',
    letter: 'D',
    keys: [
      refused('coredump', '=FILE', 'no core dump is written'),
      refused('debugger', '=FILE', 'no debugger can be attached'),
    ],
    unused: [
      ...['debug-info', 'guest-debug', 'address-map', 'logging', 'log-to-files', 'arg', 'inherit-stdin'],
      ...['inherit-stdout', 'inherit-stderr', 'max-backtrace', 'symbols'],
    ],
  },
  {
    name: 'record',
    letter: 'R',
    keys: [refused('path', '=FILE', 'no recording is written')],
    unused: ['validation-metadata', 'event-window-size'],
  },
];

/**
 * Applies a value of a group, such as `p3,http` of -S.
 * @throws UsageError for an unknown key, a wrong value, or a key that is refused.
 */
export function applyGroup(plan: RunPlan, name: string, value: string): void {
  const group = GROUPS.find((row) => row.name === name)!;
  for (const word of value.split(',')) applyKey(plan, group, word);
}

function applyKey(plan: RunPlan, group: Group, word: string): void {
  const at = word.indexOf('=');
  const [name, value] = at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
  const written = `-${group.letter} ${word}`;
  const key = group.keys.find((row) => row.name === name);
  if (key?.act !== undefined) {
    key.act(plan, value, written);
  } else if (key !== undefined) {
    if (value === undefined || !/^(?:n|no|false)$/.test(value))
      throw new UsageError(`${written}: ${lowered(key.help)}`);
  } else if (group.unused.includes(name) || (group.prefix !== undefined && name.startsWith(group.prefix))) {
    plan.unused.push(written);
  } else {
    throw unknownKey(group, name);
  }
}

function unknownKey({ letter, keys, unused }: Group, name: string): UsageError {
  if (name === '') return new UsageError(`-${letter} has an empty option: write -${letter} KEY[=VALUE][,…].`);
  const meant = nearest(name, [...keys.map((key) => key.name), ...unused]);
  return new UsageError(`Unknown option -${letter} ${name}${didYouMean(meant && `-${letter} ${meant}`)}`);
}

function lowered(words: string): string {
  return words[0]!.toLowerCase() + words.slice(1);
}

/** The keys that are not without effect, as rows of a help. */
export function keyRows(): Option[] {
  return GROUPS.flatMap(({ letter, keys }) => {
    return keys.map(({ name, value, help }) => ({ name: `-${letter} ${name}${value}`, help }));
  });
}
