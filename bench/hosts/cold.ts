// Child process of `npm run bench -- cold`: HOST PROGRAM DIRECTORY ARGUMENTS… runs the program once, on the modules of
// dist/, and prints the CPU time of its calls and of the whole, from the WASI object to the end, in microseconds: of all
// threads, and of the main one alone, as Linux counts it.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import type * as ours from '../../shim/index.ts';
import type * as stores from '../../vfs/backends/ram/index.ts';
import { GUEST_DIR } from './lib/host.ts';

/** The members of every host. */
interface Host {
  readonly imports: WebAssembly.Imports;
  start(instance: WebAssembly.Instance): unknown;
}

type Make = (args: string[], where: string) => Host;

const DIST = new URL('../../dist/', import.meta.url);

const HOSTS: Readonly<Record<string, () => Promise<Make>>> = {
  async 'node-wasi'() {
    const { WASI } = await import('node:wasi');
    return (args, where) => {
      const wasi = new WASI({ version: 'preview1', args, preopens: { [GUEST_DIR]: where }, returnOnExit: true });
      return { imports: wasi.getImportObject() as WebAssembly.Imports, start: (instance) => wasi.start(instance) };
    };
  },
  async ram() {
    const { WASI } = (await import(String(new URL('index.js', DIST)))) as typeof ours;
    const { ram } = (await import(String(new URL('backends/ram.js', DIST)))) as typeof stores;
    return (args) => {
      const wasi = new WASI({ version: 'preview1', args, preopens: { [GUEST_DIR]: ram() }, returnOnExit: true });
      return { imports: wasi.getImportObject() as unknown as WebAssembly.Imports, start: (it) => wasi.start(it) };
    };
  },
  async hostdir() {
    const { WASI } = (await import(String(new URL('index.js', DIST)))) as typeof ours;
    return (args, where) => {
      const wasi = new WASI({ version: 'preview1', args, preopens: { [GUEST_DIR]: where }, returnOnExit: true });
      return { imports: wasi.getImportObject() as unknown as WebAssembly.Imports, start: (it) => wasi.start(it) };
    };
  },
};

function cpu(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** The main thread's own, where there is /proc. */
function mainCpu(): number {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[0]) / 1000;
  } catch {
    return NaN;
  }
}

const [name = '', program = '', where = '', ...args] = process.argv.slice(2);
const module = await WebAssembly.compile(readFileSync(program));
const make = await HOSTS[name]!();
/** The main thread's times at the program's two questions for the time. */
const mains: number[] = [];
const found = { calls: NaN, callsMain: NaN, whole: NaN, wholeMain: NaN };
const bench = {
  cpu() {
    mains.push(mainCpu());
    return cpu();
  },
  report(operations: number, us: number) {
    found.calls = us / operations;
    found.callsMain = (mains.at(-1)! - mains[0]!) / operations;
  },
  fail: (text: number, length: number) => {
    const { buffer } = instance.exports.memory as WebAssembly.Memory;
    throw new Error(new TextDecoder().decode(new Uint8Array(buffer, text, length)));
  },
};
const begun = cpu();
const begunMain = mainCpu();
const { imports, start } = make(['bench', args[0]!, GUEST_DIR, ...args.slice(1)], where);
const instance: WebAssembly.Instance = new WebAssembly.Instance(module, { ...imports, bench });
start(instance);
found.whole = cpu() - begun;
found.wholeMain = mainCpu() - begunMain;
console.log(JSON.stringify(found));
