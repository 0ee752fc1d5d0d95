// diod, if it is installed: on a directory of the host, at a free port of the loopback address.
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFs } from '../fs/index.ts';
import { remote } from './index.ts';

const HAS_DIOD = spawnSync('diod', ['--help']).error === undefined && process.getuid?.() === 0;

/** A reason to skip what needs diod; '' where it can be run. */
export const NO_DIOD = HAS_DIOD ? '' : 'diod is not installed, or this user is not root';

/** Any user, no authentication, no names of users, no file of options. */
const OPTIONS = ['-f', '-n', '-N', '-u', '0', '-c', '/dev/null', '-L', 'stderr'];

/** A running diod. */
export class Diod {
  readonly url: string;
  /** The directory that it serves. */
  readonly dir: string;
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess, url: string, dir: string) {
    this.child = child;
    this.url = url;
    this.dir = dir;
  }

  /** Starts one; the caller ends it. */
  static async start(): Promise<Diod> {
    const dir = mkdtempSync(join(tmpdir(), 'wasi9p-diod-'));
    const port = await freePort();
    const child = spawn('diod', [...OPTIONS, '-l', `127.0.0.1:${port}`, '-e', dir], { stdio: 'ignore', cwd: dir });
    const diod = new Diod(child, `9p+tcp://127.0.0.1:${port}/${dir}`, dir);
    for (let i = 0; i < 100 && !diod.isUp(); i++) await new Promise((resolve) => setTimeout(resolve, 50));
    return diod;
  }

  private isUp(): boolean {
    try {
      createFs(remote(this.url)).unmount();
      return true;
    } catch {
      return false;
    }
  }

  /** Removes all files. rmSync of Node 20 finds no name that is not UTF-8. */
  clear(): void {
    execFileSync('find', [this.dir, '-mindepth', '1', '-delete']);
  }

  async end(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill();
    await ended;
    rmSync(this.dir, { recursive: true });
  }
}

/** A port of the loopback address that nobody listens at. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
