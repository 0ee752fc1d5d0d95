// browser_wasi_shim on its own files in memory.
import { ConsoleStdout, Directory, File, OpenFile, PreopenDirectory, WASI } from '@bjorn3/browser_wasi_shim';
import { Capture } from '../../toolchain/capture.ts';
import type { ProgramHost, Reactor } from './program-host.ts';

export const onBrowserShim = (): ProgramHost => new BrowserShim();

class BrowserShim implements ProgramHost {
  private readonly root = new Directory(new Map());

  mkdir(path: string): void {
    this.enter(path, new Directory(new Map()));
  }

  write(path: string, bytes: Uint8Array): void {
    this.enter(path, new File(bytes));
  }

  symlink(): void {
    throw new Error('browser_wasi_shim has no symlinks');
  }

  private enter(path: string, inode: Directory | File): void {
    const names = path.split('/').slice(1);
    const name = names.pop()!;
    (this.find(names) as Directory).contents.set(name, inode);
  }

  private find(names: readonly string[]): Directory | File {
    let at: Directory | File = this.root;
    for (const name of names) at = (at as Directory).contents.get(name) as Directory | File;
    return at;
  }

  read(path: string): Uint8Array {
    return (this.find(path.split('/').slice(1)) as File).data;
  }

  run(module: WebAssembly.Module, args: readonly string[], env: Record<string, string> = {}) {
    const { wasi, out, err } = this.wasi(args, env);
    const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: wasi.wasiImport });
    const code = wasi.start(instance as Parameters<typeof wasi.start>[0]);
    return { code, stdout: out.bytes(), stderr: err.bytes() };
  }

  reactor(args: readonly string[]) {
    const { wasi, out } = this.wasi(args, {});
    return { wasi: wasi as unknown as Reactor, end: () => out.bytes() };
  }

  private wasi(args: readonly string[], env: Record<string, string>) {
    const out = new Capture();
    const err = new Capture();
    const fds = [
      new OpenFile(new File([])),
      new ConsoleStdout(out.sink),
      new ConsoleStdout(err.sink),
      new PreopenDirectory('/', this.root.contents),
    ];
    const list = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    return { wasi: new WASI([...args], list, fds, { debug: false }), out, err };
  }
}
