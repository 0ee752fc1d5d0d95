// nfs-ganesha, if it is installed with its 9P service: on a directory of the host, at a free port.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFs } from '../fs/index.ts';
import { freePort } from './diod-testing.ts';
import { remote } from './index.ts';

const HAS_GANESHA = spawnSync('ganesha.nfsd', ['-v']).error === undefined && process.getuid?.() === 0;

/** A reason to skip what needs nfs-ganesha; '' where it can be run. */
export const NO_GANESHA = HAS_GANESHA ? '' : 'nfs-ganesha is not installed, or this user is not root';

/** Its configuration: 9P alone, on ports of its own. */
function configuration(dir: string, port: number): string {
  return `NFS_CORE_PARAM { Protocols = 9P; NFS_Port = ${port + 1}; MNT_Port = ${port + 2}; Enable_NLM = false;
  Enable_RQUOTA = false; Plugins_Dir = "/usr/lib/x86_64-linux-gnu/ganesha"; }
_9P { _9P_TCP_Port = ${port}; _9P_TCP_Msize = 1048576; }
EXPORT { Export_Id = 1; Path = ${dir}; Pseudo = /x; Tag = x; Access_Type = RW; Squash = None; Protocols = 9P;
  SecType = sys; FSAL { Name = VFS; } }
`;
}

/** A running nfs-ganesha. */
export class Ganesha {
  readonly url: string;
  /** The directory that it serves. */
  readonly dir: string;
  private readonly scratch: string;
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess, url: string, scratch: string) {
    this.child = child;
    this.url = url;
    this.scratch = scratch;
    this.dir = join(scratch, 'export');
  }

  /** Starts one; the caller ends it. */
  static async start(): Promise<Ganesha> {
    const scratch = mkdtempSync(join(tmpdir(), 'wasi9p-ganesha-'));
    const dir = join(scratch, 'export');
    mkdirSync(dir);
    const port = await freePort();
    const file = join(scratch, 'ganesha.conf');
    writeFileSync(file, configuration(dir, port));
    const words = ['-F', '-L', join(scratch, 'log'), '-f', file, '-p', join(scratch, 'pid'), '-N', 'NIV_EVENT'];
    const child = spawn('ganesha.nfsd', words, { stdio: 'ignore', cwd: scratch });
    const ganesha = new Ganesha(child, `9p+tcp://127.0.0.1:${port}/x`, scratch);
    for (let i = 0; i < 200 && !ganesha.isUp(); i++) await new Promise((resolve) => setTimeout(resolve, 50));
    return ganesha;
  }

  private isUp(): boolean {
    try {
      createFs(remote(this.url)).unmount();
      return true;
    } catch {
      return false;
    }
  }

  async end(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await ended;
    rmSync(this.scratch, { recursive: true });
  }
}
