// Tests clang on MountedDirectories: it opens a file for output only if fdstat reports rights.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConsoleStdout, WASI as Theirs } from '@bjorn3/browser_wasi_shim';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compile } from '../../toolchain/compile.ts';
import type { RunWasi } from '../../toolchain/run.ts';
import { say } from '../../toolchain/sink.ts';
import { Toolchain, loadToolchain } from '../../toolchain/toolchain.ts';
import type { LocalSource } from '../../vfs/connect/server-for.ts';
import { AT_REST } from '../../testing/at-rest.ts';
import { MountedDirectory } from './directory.ts';
import { StdoutText, input, instantiate, type ShimClass } from './testing.ts';
import { WASI } from './wasi.ts';

const SOURCE = '#include <stdio.h>\nint main(void) { puts("compiled"); }\n';
const decoder = new TextDecoder();

/** Runs a tool in a WASI class of the shape of browser_wasi_shim. */
function runIn(shape: ShimClass): RunWasi {
  return (module, args, { preopens, env = {}, stdout, stderr }) => {
    const dirs = Object.entries(preopens).map(([path, source]) => new MountedDirectory(path, source as LocalSource));
    const console = [stdout, stderr].map((sink) => new ConsoleStdout((bytes) => say(sink, decoder.decode(bytes))));
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const wasi = new shape(args, variables, [input(), ...console, ...dirs], { debug: false });
    try {
      return wasi.start(instantiate(module, wasi.wasiImport));
    } finally {
      for (const dir of dirs) {
        dir.close();
        assert.equal(dir.server.inspect(), AT_REST);
      }
    }
  };
}

for (const [name, shape] of [
  ['theirs', Theirs as unknown as ShimClass],
  ['ours', WASI],
] as const) {
  test(`clang compiles in the WASI class that is ${name}`, async () => {
    const cache = mkdtempSync(join(tmpdir(), 'wasi9p-'));
    try {
      const { module, sysroot } = await loadToolchain();
      const load = () => Promise.resolve(new Toolchain(module, sysroot, runIn(shape)));
      const job = {
        sources: { 'hello.c': SOURCE },
        argv: ['-O1', 'hello.c', '-o', 'hello.wasm'],
        output: 'hello.wasm',
      };
      const bytes = await compile(job, { cache, load });
      const out = new StdoutText();
      const wasi = new WASI(['hello'], [], [input(), out.fd, out.fd]);
      const hello = await WebAssembly.compile(bytes as Uint8Array<ArrayBuffer>);
      assert.is(wasi.start(instantiate(hello, wasi.wasiImport)), 0);
      assert.is(out.text, 'compiled\n');
    } finally {
      rmSync(cache, { recursive: true });
    }
  });
}

test.run();
