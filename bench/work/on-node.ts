// node:wasi on a directory of the host, which is one of tmpfs.
import { closeSync, mkdirSync, openSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WASI } from 'node:wasi';
import type { ProgramHost, Reactor } from './program-host.ts';

/** `where` is empty; the guest's root is made in it, beside what the guest prints. */
export function onNode(where: string): ProgramHost {
  const root = join(where, 'root');
  mkdirSync(root);
  return new NodeHost(root, join(where, 'out'), join(where, 'err'));
}

class NodeHost implements ProgramHost {
  private readonly root: string;
  private readonly out: string;
  private readonly err: string;

  constructor(root: string, out: string, err: string) {
    this.root = root;
    this.out = out;
    this.err = err;
  }

  mkdir(path: string): void {
    mkdirSync(this.root + path);
  }

  symlink(target: string, path: string): void {
    symlinkSync(target, this.root + path);
  }

  write(path: string, bytes: Uint8Array): void {
    writeFileSync(this.root + path, bytes);
  }

  read(path: string): Uint8Array {
    return readFileSync(this.root + path);
  }

  run(module: WebAssembly.Module, args: readonly string[], env: Record<string, string> = {}) {
    const { wasi, close } = this.wasi(args, env);
    const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: wasi.wasiImport as never });
    const code = wasi.start(instance);
    close();
    return { code, stdout: readFileSync(this.out), stderr: readFileSync(this.err) };
  }

  reactor(args: readonly string[]) {
    const { wasi, close } = this.wasi(args, {});
    return {
      wasi: wasi as unknown as Reactor,
      end: () => {
        close();
        return readFileSync(this.out);
      },
    };
  }

  /** Its stdio are descriptors of the host, nothing else. */
  private wasi(args: readonly string[], env: Record<string, string>) {
    const [stdin, stdout, stderr] = [openSync('/dev/null', 'r'), openSync(this.out, 'w'), openSync(this.err, 'w')];
    const wasi = new WASI({
      version: 'preview1',
      args: [...args],
      env,
      preopens: { '/': this.root },
      stdin,
      stdout,
      stderr,
      returnOnExit: true,
    });
    return { wasi, close: () => [stdin, stdout, stderr].forEach((fd) => closeSync(fd)) };
  }
}
