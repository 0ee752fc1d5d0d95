// Runs the programs of this folder with a listening socket: by the command line, or natively as the judge.
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from '../../cli/testing.ts';
import { compile } from '../../toolchain/compile.ts';

const HERE = fileURLToPath(new URL('./', import.meta.url));

/** A reason not to run the judge; '' where there is one. */
export const NO_JUDGE =
  process.platform !== 'linux'
    ? 'the host is not Linux'
    : spawnSync('gcc', ['--version']).status === 0
      ? ''
      : 'gcc, which compiles for the judge, is missing';

/** The bundled command, and the programs, compiled for WASI and, where there is a gcc, natively. */
export class Bench {
  private readonly dir = fs.mkdtempSync(join(fs.realpathSync(tmpdir()), 'wasi9p-sockets-'));
  private cli = '';
  private readonly children = new Set<ChildProcess>();

  async prepare(programs: readonly string[]): Promise<void> {
    this.cli = await bundle();
    for (const name of programs) {
      const source = fs.readFileSync(`${HERE}${name}.c`, 'utf8');
      const output = `${name}.wasm`;
      const argv = ['-O1', '-Wall', `${name}.c`, '-o', output];
      fs.writeFileSync(join(this.dir, output), await compile({ sources: { [`${name}.c`]: source }, argv, output }));
      if (NO_JUDGE === '') execFileSync('gcc', ['-O1', '-o', join(this.dir, name), `${HERE}${name}.c`]);
    }
  }

  close(): void {
    // Those of a test that has failed.
    for (const child of this.children) child.kill('SIGKILL');
    fs.rmSync(this.dir, { recursive: true });
    fs.rmSync(dirname(this.cli), { recursive: true });
  }

  /** Adds a file to the current directory of the programs. */
  write(name: string, bytes: Uint8Array): void {
    fs.writeFileSync(join(this.dir, name), bytes);
  }

  /** Runs a command line to its end. */
  command(argv: readonly string[], input = '') {
    const { status, stdout, stderr } = spawnSync(process.execPath, [this.cli, ...argv], {
      ...{ cwd: this.dir, encoding: 'utf8', input },
    });
    return { status, stdout, stderr };
  }

  /** Starts a program by the command line, with listeners on ports that the system chooses. */
  async guest(argv: readonly string[], listeners = 1): Promise<Running> {
    const child = spawn(process.execPath, [this.cli, ...argv], { cwd: this.dir, stdio: ['pipe', 'pipe', 'pipe'] });
    this.children.add(child);
    const running = new Running(child);
    const ports: number[] = [];
    while (ports.length < listeners) {
      const line = await running.said();
      const [, port] = /^wasi9p: descriptor \d+ listens on 127\.0\.0\.1:(\d+)\.$/.exec(line) ?? [];
      if (port !== undefined) ports.push(Number(port));
      else if (!line.includes('without effect')) {
        child.kill('SIGKILL');
        throw new Error(`not a listener: ${line}`);
      }
    }
    return Object.assign(running, { ports });
  }

  /** Starts a program natively, with a listener of this process. */
  async native(name: string, args: readonly string[] = []): Promise<Running> {
    const server = createServer().listen({ host: '127.0.0.1', port: 0, backlog: 128 });
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { fd } = (server as unknown as { _handle: { fd: number } })._handle;
    const child = spawn(join(this.dir, name), args, { stdio: ['pipe', 'pipe', 'pipe', fd] });
    this.children.add(child);
    // The child has the socket: this process must not accept.
    server.close();
    return Object.assign(new Running(child), { ports: [port] });
  }
}

/** Lines of a stream, one at a time. */
class Lines {
  private rest = '';
  private isOver = false;
  private wake = (): void => undefined;

  constructor(stream: NodeJS.ReadableStream) {
    stream.on('data', (bytes) => {
      this.rest += String(bytes);
      this.wake();
    });
    stream.on('end', () => {
      this.isOver = true;
      this.wake();
    });
  }

  /** The next line, without its end; what is left if there is none. */
  async next(): Promise<string> {
    for (;;) {
      const at = this.rest.indexOf('\n');
      if (at >= 0 || this.isOver) {
        const line = this.rest.slice(0, at < 0 ? undefined : at);
        this.rest = this.rest.slice(at < 0 ? this.rest.length : at + 1);
        return line;
      }
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}

/** A program that runs. */
export class Running {
  readonly ports: readonly number[] = [];
  private readonly child: ChildProcess;
  private readonly out: Lines;
  private readonly err: Lines;
  private readonly closed: Promise<unknown[]>;

  constructor(child: ChildProcess) {
    this.child = child;
    this.out = new Lines(child.stdout!);
    this.err = new Lines(child.stderr!);
    this.closed = once(child, 'close');
  }

  /** Has `calls.c` make a call; returns its result. */
  ask(call: string): Promise<string> {
    this.child.stdin!.write(`${call}\n`);
    return this.out.next();
  }

  /** The next line of its output. */
  line(): Promise<string> {
    return this.out.next();
  }

  /** The next line of its errors. */
  said(): Promise<string> {
    return this.err.next();
  }

  /** The most memory that it has had, in MiB (Linux). */
  peak(): number {
    const status = fs.readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    return Number(/VmHWM:\s*(\d+)/.exec(status)![1]) / 1024;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Ends its stdin; resolves to its exit status, or the signal that has ended it. */
  async end(): Promise<number | string> {
    this.child.stdin!.end();
    const [status, signal] = await this.closed;
    return (status ?? signal) as number | string;
  }

  /** Connects to one of its listeners. */
  client(listener = 0): Promise<Client> {
    return Client.to(this.ports[listener]!);
  }
}

/** A client of a program. */
export class Client {
  readonly socket: Socket;
  private chunks: Buffer[] = [];
  private length = 0;
  private ended = false;
  private error = '';
  private wake = (): void => undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    const happened = (act: () => void) => () => {
      act();
      this.wake();
    };
    socket.on('data', (bytes) => {
      this.chunks.push(bytes);
      this.length += bytes.length;
      this.wake();
    });
    socket.on(
      'end',
      happened(() => (this.ended = true)),
    );
    socket.on(
      'close',
      happened(() => (this.ended = true)),
    );
    socket.on('error', (error: NodeJS.ErrnoException) => (this.error = error.code ?? error.message));
  }

  static async to(port: number): Promise<Client> {
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true });
    const client = new Client(socket);
    await once(socket, 'connect');
    return client;
  }

  /** Sends bytes; resolves when the system has them. */
  send(bytes: string | Uint8Array): Promise<void> {
    return new Promise((resolve) => this.socket.write(bytes, () => resolve()));
  }

  /** Sends no more. */
  finish(): Promise<void> {
    return new Promise((resolve) => this.socket.end(() => resolve()));
  }

  /** Vanishes: the other side gets a reset. */
  async reset(): Promise<void> {
    this.socket.resetAndDestroy();
    await once(this.socket, 'close');
  }

  /** Receives so many bytes, or those until the end. */
  async receive(size: number): Promise<Buffer> {
    while (this.length < size && !this.ended) await this.change();
    const all = Buffer.concat(this.chunks);
    this.chunks = [all.subarray(size)];
    this.length = Math.max(0, all.length - size);
    return all.subarray(0, size);
  }

  /** Receives until the end; then the end is `FIN`, or the name of the error. */
  async rest(): Promise<[bytes: Buffer, end: string]> {
    while (!this.ended) await this.change();
    const bytes = await this.receive(Infinity);
    return [bytes, this.error === '' ? 'FIN' : this.error];
  }

  private change(): Promise<void> {
    return new Promise((resolve) => (this.wake = resolve));
  }

  close(): void {
    this.socket.destroy();
  }
}

/** Bytes that `calls.c` sends, and expects: each is the number of its place. */
export function numbered(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = i % 251;
  return bytes;
}
