// Compiles the programs of this folder, and runs them with ThreadedWASI on a store in memory.
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { serverFor, type Server } from '../../shim/index.ts';
import { ThreadedWASI, type ThreadedWASIOptions } from '../../shim/threads/index.ts';
import { AT_REST } from '../../testing/at-rest.ts';
import { compile } from '../../toolchain/compile.ts';
import { ram } from '../../vfs/backends/ram/index.ts';

const HERE = fileURLToPath(new URL('./', import.meta.url));

/** Without libc, with a memory of at most 16 MiB that other threads share. */
const FLAGS = [
  ...['-O1', '-std=gnu17', '-Wall', '-nostdlib', '-ffreestanding', '-fno-builtin', '-matomics', '-mbulk-memory'],
  '-Wl,--import-memory,--export-memory,--shared-memory,--max-memory=16777216',
];

/** A program of this folder. @param more Flags besides those above. */
export function compileThreaded(name: string, more: readonly string[] = []): Promise<Uint8Array<ArrayBuffer>> {
  const files = readdirSync(HERE).filter((file) => file === `${name}.c` || file.endsWith('.h'));
  const sources = Object.fromEntries(files.map((file) => [file, readFileSync(HERE + file, 'utf8')]));
  const output = `${name}.wasm`;
  return compile({ sources, argv: [...FLAGS, ...more, `${name}.c`, '-o', output], output });
}

/** The end of a program. */
export interface Ran {
  /** The exit status, or the error that ended it. */
  readonly end: number | Error;
  readonly stdout: string;
  readonly server: Server;
}

/** Runs a program of this folder to its end; nothing is left on the server then. */
export async function runThreaded(
  name: string,
  args: readonly string[] = [],
  options: ThreadedWASIOptions & { server?: Server } = {},
): Promise<Ran> {
  const { server = serverFor(ram()), ...more } = options;
  const decoder = new TextDecoder();
  let stdout = '';
  const wasi = new ThreadedWASI({
    args: [name, ...args],
    preopens: { '/': server },
    stdin: '',
    stdout: (bytes) => (stdout += decoder.decode(bytes)),
    ...more,
  });
  let end: number | Error;
  try {
    end = await wasi.start(await compileThreaded(name));
  } catch (error) {
    end = error as Error;
  }
  assert.equal(server.inspect(), AT_REST);
  return { end, stdout, server };
}

/** Runs a program that must end with status 0 and this output. */
export async function passes(
  name: string,
  args: readonly string[],
  stdout: string,
  options: Parameters<typeof runThreaded>[2] = {},
): Promise<void> {
  const ran = await runThreaded(name, args, options);
  if (ran.end instanceof Error) throw ran.end;
  assert.equal([ran.end, ran.stdout], [0, stdout]);
}
