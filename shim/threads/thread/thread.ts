// The script of the workers in which threads run, one after the other. It is put into the published module as text: see
// script.ts.
import { Forwarder } from './forward.ts';
import { RING, type FromThread, type Thrown, type ThreadStart } from '../messages.ts';
import { threadImports } from './thread-calls.ts';

/** The part of a worker's global, or of Node's parentPort, that is used here. */
interface ThreadPort {
  postMessage(message: FromThread): void;
  addEventListener?(type: 'message', act: (event: { data: ThreadStart }) => void): void;
  on?(type: 'message', act: (message: ThreadStart) => void): void;
}

const here = globalThis as unknown as ThreadPort & {
  process?: { getBuiltinModule?: (name: string) => { parentPort?: ThreadPort | null } };
};
const port: ThreadPort = here.process?.getBuiltinModule?.('node:worker_threads').parentPort ?? here;

/** Runs a thread to its end. */
function run(start: ThreadStart): void {
  const { module, memory, memoryModule, memoryName, words, slot, tid, arg } = start;
  const forwarder = new Forwarder(words, slot, () => port.postMessage(RING));
  try {
    // If another thread has made it larger while the message was under way, V8 knows only the old size here.
    memory.grow(0);
    const imports = threadImports(start, forwarder);
    imports[memoryModule] = { ...imports[memoryModule], [memoryName]: memory };
    const { exports } = new WebAssembly.Instance(module, imports);
    if (tid === 0) (exports['_start'] as () => void)();
    else (exports['wasi_thread_start'] as (tid: number, arg: number) => void)(tid, arg);
  } catch (error) {
    // The end of the process ends each thread by a trap.
    if (!forwarder.isOver) port.postMessage(thrownOf(error));
    return;
  }
  forwarder.returned();
}

function thrownOf(error: unknown): Thrown {
  const { name = 'Error', message = String(error), stack = '' } = error instanceof Error ? error : {};
  return { name: nameOf(error) ?? name, message, stack };
}

/** The class of an error of WebAssembly, also where its `name` says less. */
function nameOf(error: unknown): string | undefined {
  return (['RuntimeError', 'LinkError', 'CompileError'] as const).find((kind) => error instanceof WebAssembly[kind]);
}

if (port.on) port.on('message', run);
else port.addEventListener?.('message', ({ data }) => run(data));
