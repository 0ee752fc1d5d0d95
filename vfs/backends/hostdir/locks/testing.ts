// Processes that lock ranges of one file, for the tests of this folder: a native program, and wasi9p in another process
// or in this one. All answer the same lines (locker.c).
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import {
  LOCK_FLAGS_BLOCK,
  LOCK_SUCCESS,
  LOCK_TYPE_RDLCK,
  LOCK_TYPE_UNLCK,
  LOCK_TYPE_WRLCK,
} from '../../../9p/constants.ts';
import { decodeFrame } from '../../../9p/schema/interpret.ts';
import { O_RDWR } from '../../../linux/constants.ts';
import { errnoName } from '../../../linux/errno.ts';
import { RawClient } from '../../../../testing/raw-client.ts';
import { Server } from '../../../server/server.ts';
import { hostDir } from '../index.ts';
import type { DescriptorWay } from '../calls/choose.ts';

/** The variable that makes the test a party: the way, and the directory with the file `f`. */
const PARTY = 'WASI9P_LOCKS';
const TYPES: Readonly<Record<string, number>> = { R: LOCK_TYPE_RDLCK, W: LOCK_TYPE_WRLCK, U: LOCK_TYPE_UNLCK };

/** One that locks: `ask('set W 0 10')` is `ok` or `blocked`, `ask('get W 0 0')` is `free` or `R 0+10 by 7`. */
export interface Party {
  ask(line: string): Promise<string>;
  /** Ends it, by `SIGKILL` if it is a process. */
  end(): Promise<void>;
}

/** A client of a server of a host directory, in this process. */
export class Own implements Party {
  readonly client: RawClient;
  readonly proc: number;
  readonly fid: number;
  private tag = 10;

  constructor(client: RawClient, proc = 1, flags = O_RDWR) {
    this.client = client;
    this.proc = proc;
    this.fid = client.open('f', flags);
  }

  async ask(line: string): Promise<string> {
    const [command, type = '', start, length] = line.split(' ');
    const { fid, client, proc } = this;
    const range = { fid, ltype: TYPES[type]!, start: Number(start), length: Number(length) };
    const owner = { proc_id: proc, client_id: 'host' };
    if (command === 'close') {
      client.clunk(fid);
      return 'ok';
    }
    if (command === 'get') {
      const held = client.call('Tgetlock', { ...range, ...owner });
      if (held.ltype === LOCK_TYPE_UNLCK) return 'free';
      return `${held.ltype === LOCK_TYPE_RDLCK ? 'R' : 'W'} ${held.start}+${held.length} by ${held.proc_id}`;
    }
    if (command === 'set') {
      const { status } = client.call('Tlock', { ...range, ...owner, flags: 0 });
      return status === LOCK_SUCCESS ? 'ok' : 'blocked';
    }
    const tag = this.tag++;
    client.wire.send('Tlock', { ...range, ...owner, flags: LOCK_FLAGS_BLOCK }, tag);
    return this.reply(tag);
  }

  private async reply(tag: number): Promise<string> {
    const { replies } = this.client.wire;
    for (;;) {
      const at = replies.findIndex((bytes) => decodeFrame(bytes).tag === tag);
      if (at >= 0) {
        const reply = decodeFrame(replies.splice(at, 1)[0]!);
        return reply.message === 'Rlerror' ? errnoName(reply.ecode) : 'ok';
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  async end(): Promise<void> {
    this.client.session.close();
  }
}

/** Another process. */
class Child implements Party {
  private readonly child: ChildProcess;
  private readonly answers: ((line: string) => void)[] = [];
  private readonly gone: Promise<void>;

  constructor(child: ChildProcess) {
    this.child = child;
    createInterface({ input: child.stdout! }).on('line', (line) => this.answers.shift()?.(line));
    this.gone = new Promise((resolve) => child.once('close', () => resolve()));
  }

  get pid(): number {
    return this.child.pid!;
  }

  ask(line: string): Promise<string> {
    const answer = new Promise<string>((resolve) => this.answers.push(resolve));
    this.child.stdin!.write(`${line}${line === 'close' ? ' U 0 0' : ''}\n`);
    return answer;
  }

  async end(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.gone;
  }
}

/** The reason for the lack of a native program; '' if there is one. */
export function whyNoNative(): string {
  return spawnSync('gcc', ['--version']).status === 0 ? '' : 'gcc is not installed';
}

/** Compiles the native program into a directory. */
export function compileLocker(dir: string): string {
  const program = `${dir}/locker`;
  const source = fileURLToPath(new URL('locker.c', import.meta.url));
  const { status, stderr } = spawnSync('gcc', ['-O1', '-o', program, source], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return program;
}

/** Starts the native program on a file. */
export function native(program: string, file: string, kind: 'posix' | 'ofd'): Party & { readonly pid: number } {
  return new Child(spawn(program, [file, kind], { stdio: ['pipe', 'pipe', 'inherit'] }));
}

/** Starts wasi9p on the file `f` of a directory, in another process: this test file, which calls `serveParty`. */
export function elsewhere(way: DescriptorWay, dir: string): Party {
  const env = { ...process.env, [PARTY]: `${way} ${dir}` };
  return new Child(spawn(process.execPath, [process.argv[1]!], { env, stdio: ['pipe', 'pipe', 'inherit'] }));
}

/** In the process that `elsewhere` has started: answers lines, and returns true. */
export function serveParty(): boolean {
  const [way, dir] = (process.env[PARTY] ?? '').split(' ');
  if (dir === undefined) return false;
  const party = new Own(new RawClient(new Server(hostDir(dir, { way: way as DescriptorWay }))));
  createInterface({ input: process.stdin }).on('line', (line) => {
    const words = line.replace(/^close.*/, 'close');
    void party.ask(words).then((answer) => console.log(answer));
  });
  return true;
}
