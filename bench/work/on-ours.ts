// wasi9p on one of its backends; files are made and read by a client of the same server.
import { WASI, serverFor, type Server } from '../../shim/index.ts';
import { Capture } from '../../toolchain/capture.ts';
import { hostDir } from '../../vfs/backends/hostdir/index.ts';
import { ram } from '../../vfs/backends/ram/index.ts';
import { Iov } from '../../vfs/lib/iov.ts';
import { Found } from '../../vfs/client/at/resolve/found.ts';
import { Attachment } from '../../vfs/connect/attachment.ts';
import { O_CREAT, O_RDONLY, O_WRONLY } from '../../vfs/linux/constants.ts';
import { errnoName } from '../../vfs/linux/errno.ts';
import { Volume } from 'memfs';
import type { ProgramHost } from './program-host.ts';

/** Bytes of one message. */
const PIECE = 1 << 20;

export const onRam = (): ProgramHost => new Ours(serverFor(ram()));
export const onMemfs = (): ProgramHost => new Ours(serverFor(new Volume()));
export const onHostDir = (where: string): ProgramHost => new Ours(serverFor(hostDir(where)));

class Ours implements ProgramHost {
  private readonly server: Server;
  /** For the files; ended before a program runs, which is then the server's only client. */
  private mount: Attachment | null = null;

  constructor(server: Server) {
    this.server = server;
  }

  mkdir(path: string): void {
    this.mounted(({ at, client }) => check(path, at.mkdirat(client.root, below(path))));
  }

  symlink(target: string, path: string): void {
    this.mounted(({ at, client }) => check(path, at.symlinkat(target, client.root, below(path))));
  }

  write(path: string, bytes: Uint8Array): void {
    this.mounted((mount) => {
      const fid = open(mount, path, O_WRONLY | O_CREAT);
      const iov = new Iov();
      for (let at = 0; at < bytes.length; at += PIECE) {
        iov.single(bytes, at, Math.min(at + PIECE, bytes.length));
        check(path, Math.min(0, mount.client.write(fid, at, iov)));
      }
      mount.client.clunk(fid);
    });
  }

  read(path: string): Uint8Array {
    const all = new Capture();
    this.mounted((mount) => {
      const fid = open(mount, path, O_RDONLY);
      const iov = new Iov();
      const piece = new Uint8Array(PIECE);
      for (let count = 1; count > 0;) {
        iov.single(piece, 0, PIECE);
        count = mount.client.read(fid, all.length, iov);
        check(path, Math.min(0, count));
        all.sink(piece.subarray(0, count));
      }
      mount.client.clunk(fid);
    });
    return all.bytes();
  }

  private mounted(use: (mount: Attachment) => void): void {
    use((this.mount ??= new Attachment(this.server)));
  }

  run(module: WebAssembly.Module, args: readonly string[], env: Record<string, string> = {}) {
    const { wasi, out, err } = this.wasi(args, env);
    const code = wasi.start(new WebAssembly.Instance(module, wasi.getImportObject()));
    return { code, stdout: out.bytes(), stderr: err.bytes() };
  }

  reactor(args: readonly string[]) {
    const { wasi, out } = this.wasi(args, {});
    return {
      wasi,
      end: () => {
        wasi.close();
        return out.bytes();
      },
    };
  }

  private wasi(args: readonly string[], env: Record<string, string>) {
    this.mount?.close();
    this.mount = null;
    const out = new Capture();
    const err = new Capture();
    const preopens = { '/': this.server };
    return { wasi: new WASI({ args, env, preopens, stdin: '', stdout: out.sink, stderr: err.sink }), out, err };
  }
}

function open({ at, client }: Attachment, path: string, flags: number): number {
  const found = new Found();
  check(path, -at.openat(client.root, below(path), flags, found));
  return found.fid;
}

/** A path as a path from the root: an absolute one would lead out of it. */
function below(path: string): string {
  return path.slice(1);
}

/** @throws Error for an errno of either sign. */
function check(path: string, errno: number): void {
  if (errno !== 0) throw new Error(`${path}: ${errnoName(Math.abs(errno))}`);
}
