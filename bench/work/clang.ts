// clang and lld, compiling and linking for WASI, with their sysroot at /usr.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { unpackTar } from 'modern-tar';
import { Capture } from '../../toolchain/capture.ts';
import { drive, type Driver } from '../../toolchain/driver.ts';
import { findCompiler } from '../../toolchain/package.ts';
import { say } from '../../toolchain/sink.ts';
import { Toolchain } from '../../toolchain/toolchain.ts';
import { expect, type Job, type Ready } from './job.ts';
import { makeDirs, put, type ProgramHost } from './program-host.ts';

const OUTPUT = '/out.wasm';

async function load(driver: Driver, dir: URL, argv: readonly string[]): Promise<Ready> {
  const { wasm, resources } = findCompiler();
  const module = await WebAssembly.compile(readFileSync(wasm));
  const sysroot = await unpackTar(readFileSync(resources), { strict: true });
  const said = new Capture();
  return {
    fill(host) {
      const made = new Set<string>();
      makeDirs(host, made, '/tmp');
      for (const { header, data } of sysroot) unpack(host, made, header, data);
      for (const file of readdirSync(dir)) put(host, made, `/${file}`, readFileSync(new URL(file, dir)));
    },
    run(host) {
      const tools = new Toolchain(module, {} as never, (program, args, { env, stdout, stderr }) => {
        const ended = host.run(program, args, env);
        for (const [sink, bytes] of [[stdout, ended.stdout] as const, [stderr, ended.stderr] as const]) {
          if (typeof sink === 'function' && bytes.length > 0) sink(bytes);
        }
        return ended.code;
      });
      const status = drive(tools, driver, [...argv, '-o', OUTPUT], {
        preopens: {},
        stdout: said.sink,
        stderr: said.sink,
      });
      if (status !== 0) say(said.sink, `exit status ${status}`);
    },
    result(host) {
      expect(said.length === 0, said.text());
      const bytes = host.read(OUTPUT);
      expect(WebAssembly.validate(new Uint8Array(bytes)), 'the output is not a WebAssembly module');
      return createHash('sha256').update(bytes).digest('hex');
    },
  };
}

type Entry = Awaited<ReturnType<typeof unpackTar>>[number];

function unpack(host: ProgramHost, made: Set<string>, header: Entry['header'], data: Entry['data']): void {
  const path = `/usr/${header.name.replace(/^\.?\//, '').replace(/\/$/, '')}`;
  if (header.type === 'directory') return makeDirs(host, made, path);
  if (header.type === 'file') return put(host, made, path, data ?? new Uint8Array());
  throw new Error(`${header.name}: a ${header.type} in the sysroot`);
}

export const clang: Job = {
  key: 'clang',
  label: 'clang -O2, C, with lld',
  goal: 1,
  load: () => load('clang', new URL('../program/', import.meta.url), ['-std=gnu17', '-O2', 'workloads.c']),
};

export const clangxx: Job = {
  key: 'clang++',
  label: 'clang++ -O0, C++, with lld',
  goal: 1,
  node: { args: ['--no-turbo-fast-api-calls'], why: 'without it Node 20 aborts' },
  load: () => load('clang++', new URL('words/', import.meta.url), ['-std=c++20', '-O0', '-fno-exceptions', 'words.cc']),
};
