// `npm run bench -- wire [--rounds N] [--seconds S] [--write]`: `wasi9p serve` beside diod over TCP, with the same client
// (bench/program/wire.c). Needs dist/ (`npm run build`), gcc, and diod for its column; diod only runs as root.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { NO_DIOD } from '../vfs/remote/diod-testing.ts';
import { TMPFS } from './calls/columns.ts';
import { numberOf, readArguments } from './calls/options.ts';
import { grid, writePart } from './part.ts';
import { digits, machine } from './text.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CLI = join(ROOT, 'dist/cli.js');

const HELP = `npm run bench -- wire [OPTIONS]

  --rounds N    measurements of each cell (default 5)
  --seconds S   of a measurement (default 2)
  --mixed S     seconds of the mixed work of 64 clients (default 120)
  --write       writes its part of docs/benchmarks.md
`;

/** Ticks of utime and stime in /proc/PID/stat, a second (USER_HZ). */
const TICKS = 100;

/** Operation of wire.c → label; those of large payloads are reported by their bytes. */
const OPERATIONS = {
  getattr: 'Tgetattr',
  open: 'Twalk, Tlopen, Tread of 4 KiB, Tclunk',
  create: 'Twalk, Tlcreate, Twrite of 4 KiB, Tremove',
  read4k: 'Tread of 4 KiB',
  read1m: 'Tread of 1 MiB, or of the msize',
  write1m: 'Twrite of 1 MiB, or of the msize',
} as const;
type Operation = keyof typeof OPERATIONS;

const CLIENTS = [1, 64];

/** A server that runs: where it listens, and its export. */
interface Peer {
  readonly label: string;
  readonly child: ChildProcess;
  readonly port: number;
  readonly aname: string;
}

/** Results of one measurement. */
interface Sample {
  /** Messages a second. */
  readonly messages: number;
  /** Bytes of payload a second. */
  readonly bytes: number;
  /** Processor time of the server a message, microseconds. */
  readonly cpu: number;
  /** Round trip, microseconds. */
  readonly median: number;
  readonly p99: number;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Processor time of a process and its threads, microseconds. */
function cpuOf(pid: number): number {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) / TICKS) * 1e6;
}

/** Resident memory of a process, MiB. */
function memoryOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'latin1'))![1]) / 1024;
}

/** Runs the client; `begin` is called after its warm-up. */
async function measure(wire: string, peer: Peer, clients: number, seconds: number, operation: string): Promise<Sample> {
  const words = ['127.0.0.1', peer.port, peer.aname, clients, seconds, operation].map(String);
  const child = spawn(wire, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let before = 0;
  let result = '';
  for await (const line of createInterface(child.stdout)) {
    if (line === 'begin') before = cpuOf(peer.child.pid!);
    else result = line;
  }
  const cpu = cpuOf(peer.child.pid!) - before;
  const [messages, bytes, took, median, p99] = result.split(' ').map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (!(took > 0)) throw new Error(`${operation} failed on ${peer.label}`);
  return { messages: messages / took, bytes: bytes / took, cpu: cpu / messages, median, p99 };
}

/** Writes the event loop's delay to a file when the process ends: p99 and maximum, milliseconds. */
const DELAY = `import { monitorEventLoopDelay } from 'node:perf_hooks';
import { writeFileSync } from 'node:fs';
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
process.on('exit', () => writeFileSync(process.env.DELAY, JSON.stringify([delay.percentile(99) / 1e6, delay.max / 1e6])));
`;

async function startOurs(dir: string, delay: string | null): Promise<ChildProcess & { port: number }> {
  const port = await freePort();
  const script = join(dir, 'delay.mjs');
  fs.writeFileSync(script, DELAY);
  const flags = delay === null ? [] : ['--import', script];
  const words = ['serve', '--mem', '/=1G', '--dir', `${join(dir, 'ours')}::/host`, '--listen', `tcp:127.0.0.1:${port}`];
  const env = { ...process.env, DELAY: delay ?? '' };
  const child = spawn(process.execPath, [...flags, CLI, ...words], { stdio: ['ignore', 'pipe', 'inherit'], env });
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (text: Buffer) => text.includes('listening') && resolve());
  });
  return Object.assign(child, { port });
}

async function startDiod(dir: string): Promise<Peer> {
  const port = await freePort();
  const aname = join(dir, 'diod');
  const options = ['-f', '-n', '-N', '-u', '0', '-c', '/dev/null', '-L', '/dev/null', '-l', `127.0.0.1:${port}`];
  const child = spawn('diod', [...options, '-e', aname], { stdio: 'ignore', cwd: dir });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return { label: 'diod, tmpfs', child, port, aname };
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;

/** The median of each figure. */
function middle(samples: readonly Sample[]): Sample {
  const of = (key: keyof Sample) => median(samples.map((sample) => sample[key]));
  return { messages: of('messages'), bytes: of('bytes'), cpu: of('cpu'), median: of('median'), p99: of('p99') };
}

/** A cell: the rate, and the processor time a message. */
function cell(operation: Operation, { messages, bytes, cpu }: Sample): string {
  const rate = operation.endsWith('1m') ? `${digits(bytes / 2 ** 20)} MiB` : digits(messages);
  return `${rate} (${digits(cpu)} µs)`;
}

/** Rates of ours as multiples of diod's. */
function ratioOf(operation: Operation, ours: Sample, theirs: Sample): string {
  const key = operation.endsWith('1m') ? 'bytes' : 'messages';
  return digits(ours[key] / theirs[key]);
}

async function table(wire: string, peers: readonly Peer[], rounds: number, seconds: number): Promise<string> {
  const lines: string[][] = [];
  for (const operation of Object.keys(OPERATIONS) as Operation[]) {
    for (const clients of CLIENTS) {
      const samples = peers.map((): Sample[] => []);
      for (let round = 0; round < rounds; round++) {
        for (const [i, peer] of peers.entries())
          samples[i]!.push(await measure(wire, peer, clients, seconds, operation));
      }
      const cells = samples.map(middle);
      const diod = peers.findIndex(({ label }) => label.startsWith('diod'));
      const ratios = cells.slice(0, 2).map((ours) => (diod < 0 ? '—' : ratioOf(operation, ours, cells[diod]!)));
      lines.push([`${OPERATIONS[operation]}; ${clients}`, ...cells.map((each) => cell(operation, each)), ...ratios]);
      console.log(lines.at(-1)!.join(' | '));
    }
  }
  const against = ['memory / diod', 'directory / diod'];
  return grid(['operation; clients', ...peers.map(({ label }) => label), ...against], lines);
}

/** Mixed work of 64 clients: the delay of the event loop, and the memory after a quarter and at the end. */
async function mixed(wire: string, dir: string, seconds: number): Promise<string> {
  const file = join(dir, 'delay.json');
  const child = await startOurs(dir, file);
  const peer = { label: 'wasi9p serve', child, port: child.port, aname: 'host' };
  let early = 0;
  const timer = setTimeout(() => (early = memoryOf(child.pid!)), (seconds * 1000) / 4);
  const sample = await measure(wire, peer, 64, seconds, 'mixed');
  clearTimeout(timer);
  const late = memoryOf(child.pid!);
  await ended(child);
  const [p99, most] = JSON.parse(fs.readFileSync(file, 'utf8')) as [number, number];
  return `Mixed work of 64 clients on a directory for ${seconds} s, which has all of these rows: ${digits(sample.messages)} messages and
${digits(sample.bytes / 2 ** 20)} MiB a second, ${digits(sample.cpu)} µs a message; the event loop is late by ${digits(p99)} ms at the 99th percentile and
${digits(most)} ms at most; resident memory is ${digits(early)} MiB after a quarter of the time and ${digits(late)} MiB at the end.`;
}

async function ended(child: ChildProcess): Promise<void> {
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill();
  await exit;
}

async function main(argv: readonly string[]): Promise<void> {
  if (argv.includes('--help')) return console.log(HELP);
  const given = readArguments(argv, ['write'], ['rounds', 'seconds', 'mixed'], HELP);
  const rounds = numberOf(given, 'rounds') ?? 5;
  const seconds = numberOf(given, 'seconds') ?? 2;
  const dir = fs.mkdtempSync(join(fs.existsSync(TMPFS) ? TMPFS : tmpdir(), 'wasi9p-wire-'));
  const peers: Peer[] = [];
  try {
    for (const name of ['ours', 'diod']) fs.mkdirSync(join(dir, name));
    const wire = join(dir, 'wire');
    execFileSync('gcc', ['-O2', '-o', wire, join(ROOT, 'bench/program/wire.c')], { stdio: 'inherit' });
    const child = await startOurs(dir, null);
    peers.push({ label: 'wasi9p serve, memory', child, port: child.port, aname: '' });
    peers.push({ label: 'wasi9p serve, directory on tmpfs', child, port: child.port, aname: 'host' });
    if (NO_DIOD === '') peers.push(await startDiod(dir));
    else console.log(NO_DIOD);
    const text = `# 9P over TCP

Operations by one client program over the loopback address, with one request in flight on each connection: messages a
second, or the payload a second of the large ones, and the processor time of the server a message. diod 1.0.24 has an msize
of 64 KiB, ours is 1 MiB; in the last two columns more is better for us. Medians of ${rounds} interleaved rounds.
${machine()}

${await table(wire, peers, rounds, seconds)}`;
    for (const peer of new Set(peers.map((each) => each.child))) await ended(peer);
    peers.length = 0;
    const more = await mixed(wire, dir, numberOf(given, 'mixed') ?? 120);
    console.log(more);
    if (given.has('write')) writePart('wire', `${text}\n\n${more}`);
  } finally {
    for (const { child } of peers) child.kill();
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

await main(process.argv.slice(2));
