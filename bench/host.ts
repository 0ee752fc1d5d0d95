// `npm run bench -- host`: the cost of calls on a host directory, through the whole stack, relative to the same calls
// of node:fs with plain paths, which confine nothing. Each sample is a process of its own.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { WASI } from '../shim/index.ts';
import { TMPFS } from './calls/columns.ts';
import { BUDGET, overBudget, type Cost } from './goals/host.ts';
import { grid, writePart } from './part.ts';
import { compileProgram } from './program.ts';
import { ROWS } from './calls/rows.ts';
import { align, digits, machine, time } from './text.ts';

const ROUNDS = 5;
/** Calls before the measurement, and processor time of it, µs. */
const WARM_UP = 300_000;
const TARGET = 300_000;

const block = new Uint8Array(4096);
const DEEP = 'a/b/c/d/e/f/g';
/** The present name of the file of `rename`. */
let moved = false;

/** The workloads of the program, with node:fs. `top` holds a file `file`, one at DEEP, and is open as `fd`. */
const PLAIN: Readonly<Record<string, (top: string, fd: number) => void>> = {
  fstat: (_, fd) => void fs.fstatSync(fd),
  pread1: (_, fd) => void fs.readSync(fd, block, 0, 1, 0),
  pwrite1: (_, fd) => void fs.writeSync(fd, block, 0, 1, 0),
  stat1: (top) => void fs.statSync(`${top}/file`),
  stat8: (top) => void fs.statSync(`${top}/${DEEP}/file`),
  statabsent: (top) => void fs.statSync(`${top}/absent`, { throwIfNoEntry: false }),
  openclose: (top) => fs.closeSync(fs.openSync(`${top}/file`, 'r')),
  createunlink(top) {
    make(`${top}/new`);
    fs.unlinkSync(`${top}/new`);
  },
  mkdirrmdir(top) {
    fs.mkdirSync(`${top}/dir`);
    fs.rmdirSync(`${top}/dir`);
  },
  rename(top) {
    fs.renameSync(`${top}/${moved ? 'other' : 'file'}`, `${top}/${moved ? 'file' : 'other'}`);
    moved = !moved;
  },
  renameover(top) {
    make(`${top}/new`);
    fs.renameSync(`${top}/new`, `${top}/file`);
  },
  link(top) {
    fs.linkSync(`${top}/file`, `${top}/other`);
    fs.unlinkSync(`${top}/other`);
  },
  symlink(top) {
    fs.symlinkSync('file', `${top}/link`);
    fs.readlinkSync(`${top}/link`);
    fs.unlinkSync(`${top}/link`);
  },
};

function make(path: string): void {
  const fd = fs.openSync(path, 'w');
  fs.writeSync(fd, block, 0, 100, 0);
  fs.closeSync(fd);
}

function cpu(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** An operation by node:fs, µs. */
function plainly(workload: string, top: string): number {
  fs.mkdirSync(`${top}/${DEEP}`, { recursive: true });
  fs.writeFileSync(`${top}/${DEEP}/file`, block);
  fs.writeFileSync(`${top}/file`, block);
  const fd = fs.openSync(`${top}/file`, 'r+');
  const run = PLAIN[workload]!;
  for (const begun = cpu(); cpu() - begun < WARM_UP;) for (let i = 0; i < 100; i++) run(top, fd);
  const start = cpu();
  let operations = 0;
  for (; cpu() - start < TARGET; operations += 100) for (let i = 0; i < 100; i++) run(top, fd);
  const took = (cpu() - start) / operations;
  fs.closeSync(fd);
  return took;
}

/** An operation of the program in the host directory, µs. */
async function guarded(workload: string, top: string): Promise<number> {
  let took = NaN;
  const bench = {
    cpu,
    report: (operations: number, us: number) => (took = us / operations),
    fail: () => {
      throw new Error(`The workload ${workload} failed.`);
    },
  };
  const args = ['bench', workload, '/', String(WARM_UP), String(TARGET), '1e9'];
  const wasi = new WASI({ args, preopens: { '/': top } });
  const module = await WebAssembly.compile(fs.readFileSync((await compileProgram(false)).wasm));
  wasi.start(new WebAssembly.Instance(module, { ...wasi.getImportObject(), bench }));
  return took;
}

async function cell(side: string, workload: string): Promise<void> {
  const top = fs.mkdtempSync(join(fs.existsSync(TMPFS) ? TMPFS : tmpdir(), 'wasi9p-bench-'));
  try {
    console.log(side === 'plain' ? plainly(workload, top) : await guarded(workload, top));
  } finally {
    fs.rmSync(top, { recursive: true, force: true });
  }
}

function sample(side: string, workload: string): number {
  const ran = spawnSync(process.execPath, ['--no-warnings', process.argv[1]!, side, workload], { encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(ran.stderr);
  return 1000 * Number(ran.stdout);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

async function table(): Promise<void> {
  await compileProgram(false);
  const costs = Object.keys(PLAIN).map((workload): Cost => {
    const rounds = Array.from({ length: ROUNDS }, () => [sample('plain', workload), sample('guarded', workload)]);
    const label = ROWS.find((row) => row.workload === workload)!.label;
    return { label, plain: median(rounds.map(([ns]) => ns!)), guarded: median(rounds.map(([, ns]) => ns!)) };
  });
  const head = ['a call on a host directory', 'node:fs, plain paths', 'wasi9p, hostdir', 'ratio'];
  const lines = costs.map(({ label, plain, guarded: ours }) => [
    label,
    time(plain),
    time(ours),
    `${digits(ours / plain)}`,
  ]);
  console.log(`${align([head, ...lines])}\n\n${overBudget(costs)}`);
  if (!process.argv.includes('--write')) return;
  writePart(
    'host',
    `# Cost of a host directory

A guest's calls through the whole stack, confined to a directory of tmpfs, against the same calls of node:fs by plain
paths, without confinement. Medians of ${ROUNDS} interleaved rounds, CPU time, each cell a process. The budget is
${BUDGET} times the plain calls. A step of a path costs a system call, since each is resolved separately.
${machine()}

- ${overBudget(costs)}

${grid(head, lines)}`,
  );
}

const [side, workload] = process.argv.slice(2);
if (workload !== undefined) await cell(side!, workload);
else await table();
