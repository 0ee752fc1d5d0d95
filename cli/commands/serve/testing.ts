// Test support: `wasi9p serve` as a process.
import { spawn, type ChildProcess } from 'node:child_process';
import * as net from 'node:net';
import { RawSocket } from '../../../vfs/serve/testing.ts';

/** The command, and the directory in which it runs. */
export interface ServeCommand {
  readonly cli: string;
  readonly cwd: string;
}

/** A running server: what it has printed, and its end. */
export class ServeProcess {
  readonly child: ChildProcess;
  readonly status: Promise<number | null>;
  out = '';
  err = '';

  constructor({ cli, cwd }: ServeCommand, argv: readonly string[]) {
    this.child = spawn(process.execPath, [cli, 'serve', ...argv], { cwd, stdio: 'pipe' });
    this.child.stdout!.on('data', (chunk: Buffer) => (this.out += chunk));
    this.child.stderr!.on('data', (chunk: Buffer) => (this.err += chunk));
    this.status = new Promise((resolve) => this.child.on('close', resolve));
  }

  /** Waits for a match in what it prints. */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    for (let i = 0; i < 3000; i++) {
      const found = pattern.exec(this.out + this.err);
      if (found !== null) return found;
      if (this.child.exitCode !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`not said: ${pattern} in ${this.out}${this.err}`);
  }

  async connect(): Promise<RawSocket> {
    const [, port] = await this.said(/listening on tcp:127\.0\.0\.1:(\d+)/);
    const socket = net.connect({ port: Number(port), host: '127.0.0.1', noDelay: true });
    return new RawSocket(socket);
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.child.kill(signal);
    return this.status;
  }
}

/** Runs a server for a test; it is killed if the test fails. */
export async function serving(
  place: ServeCommand,
  argv: readonly string[],
  run: (server: ServeProcess) => Promise<void>,
): Promise<void> {
  const server = new ServeProcess(place, argv);
  try {
    await run(server);
  } finally {
    if (server.child.exitCode === null) server.child.kill('SIGKILL');
    await server.status;
  }
}
