// `npm run bench -- profile [WORKLOADS]`: the time of a call on ram by layer, from a CPU profile. The bundle names the
// source file above each of its parts, which assigns each line to a layer.
import { readFileSync } from 'node:fs';
import { Session, type Profiler } from 'node:inspector';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { WASI } from '../shim/index.ts';
import { ram } from '../vfs/backends/ram/index.ts';
import { grid } from './part.ts';
import { compileProgram } from './program.ts';
import { digits, time } from './text.ts';

const DEFAULT = ['fdstat', 'fstat', 'pread1', 'pread4k', 'append100', 'stat1', 'stat8', 'openclose', 'createunlink'];
/** CPU time of a profile, microseconds. */
const TARGET = 2e6;

const LAYERS: readonly (readonly [name: string, files: RegExp])[] = [
  ['shim', /^shim\//],
  ['client', /^vfs\/client\//],
  ['9P codec', /^vfs\/(9p\/|intern)/],
  ['transport, session', /^vfs\/(transport\/|server\/session)/],
  ['server', /^vfs\/server\//],
  ['ram', /^vfs\/(backend|clock|iov)/],
];
/** V8's own functions, and the transitions between wasm and JavaScript. */
const REST = 'engine';
const PROGRAM = 'the program';
const NAMES = [PROGRAM, REST, ...LAYERS.map(([name]) => name)];

/** The layer of each line, by file of the bundle. */
const bundled = new Map<string, string[]>();

function layersOf(url: string): string[] {
  const known = bundled.get(url);
  if (known !== undefined) return known;
  let layer = REST;
  const layers = readFileSync(fileURLToPath(url), 'utf8')
    .split('\n')
    .map((line) => {
      const file = /^\/\/ ((?:shim|vfs|bench)\/\S+\.ts)$/.exec(line)?.[1];
      if (file !== undefined) layer = LAYERS.find(([, files]) => files.test(file))?.[0] ?? REST;
      return layer;
    });
  bundled.set(url, layers);
  return layers;
}

function layerOf({ url, lineNumber }: Profiler.ProfileNode['callFrame']): string {
  if (url.startsWith('wasm://')) return PROGRAM;
  return url.startsWith('file:') ? (layersOf(url)[lineNumber] ?? REST) : REST;
}

interface Profiled {
  /** CPU time of an operation, nanoseconds. */
  ns: number;
  /** The share of each layer. */
  shares: ReadonlyMap<string, number>;
}

function profile(module: WebAssembly.Module, workload: string): Profiled {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: 200 });
  let ns = 0;
  let calls = 0;
  const bench = {
    cpu() {
      // The set-up is over: what follows is the workload.
      if (calls++ === 0) session.post('Profiler.start');
      const { user, system } = process.cpuUsage();
      return user + system;
    },
    report: (operations: number, us: number) => (ns = (1000 * us) / operations),
    fail: () => {
      throw new Error(`The workload ${workload} failed.`);
    },
  };
  const args = ['bench', workload, '/', '500000', String(TARGET), '1e7'];
  const wasi = new WASI({ args, preopens: { '/': ram() } });
  wasi.start(new WebAssembly.Instance(module, { ...wasi.getImportObject(), bench }));
  const shares = new Map<string, number>();
  session.post('Profiler.stop', (_error, { profile: taken }) => {
    const layers = new Map(taken.nodes.map(({ id, callFrame }) => [id, layerOf(callFrame)]));
    const whole = taken.timeDeltas!.reduce((sum, delta) => sum + delta, 0);
    for (const [i, id] of taken.samples!.entries()) {
      const layer = layers.get(id)!;
      shares.set(layer, (shares.get(layer) ?? 0) + taken.timeDeltas![i]! / whole);
    }
  });
  session.disconnect();
  return { ns, shares };
}

const module = await WebAssembly.compile(readFileSync((await compileProgram(false)).wasm));
const workloads = process.argv.length > 2 ? process.argv.slice(2) : DEFAULT;
const lines = workloads.map((workload) => {
  const { ns, shares } = profile(module, workload);
  return [workload, time(ns), ...NAMES.map((name) => `${digits(100 * (shares.get(name) ?? 0))} %`)];
});
console.log(grid(['', 'an operation', ...NAMES], lines));
