// Helpers for tests: runs a tool in this process, in a scratch directory, and captures its output.
import { Volume } from 'memfs';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { buildCommand } from '../build/dist.mjs';
import { Capture } from '../toolchain/capture.ts';
import { memfs } from '../vfs/backends/memfs/index.ts';
import type { ArchiveKind } from './mounts/place.ts';
import { runTool, type Io, type Tool } from './commands/tool.ts';
import { importStores } from './mounts/stores.ts';

// Mounts are made without waiting, in the commands after this.
await importStores(['hostDir', 'overlay', 'tar', 'remote']);

/** An archive format for the tests: the JSON of a memfs volume. */
export const JSON_ARCHIVE: ArchiveKind = {
  ending: /\.(json|json\.gz)$/,
  names: '.json and .json.gz',
  open: (bytes) => memfs(Volume.fromJSON(JSON.parse(new TextDecoder().decode(bytes)) as Record<string, string>)),
};

export interface Run {
  status: number;
  stdout: string;
  stderr: string;
  bytes: Uint8Array;
}

export function runIt(tool: Tool, argv: readonly string[], io: Partial<Io> = {}): Run {
  const [out, err] = [new Capture(), new Capture()];
  const before = descriptors();
  const status = runTool(tool, argv, {
    stdout: out.sink,
    stderr: err.sink,
    stderrIsTerminal: false,
    archives: [JSON_ARCHIVE],
    ...io,
  });
  assert.is(descriptors(), before, 'descriptors are left open');
  return { status, stdout: out.text(), stderr: err.text(), bytes: out.bytes() };
}

/** Returns the number of open descriptors of this process, if the system reports it. */
function descriptors(): number {
  return fs.existsSync('/proc/self/fd') ? fs.readdirSync('/proc/self/fd').length : 0;
}

/** Calls `act` with a scratch directory as the current directory. */
export function inScratch(act: (dir: string) => void): void {
  const home = process.cwd();
  const dir = fs.mkdtempSync(join(fs.realpathSync(tmpdir()), 'wasi9p-cli-'));
  process.chdir(dir);
  try {
    act(dir);
  } finally {
    process.chdir(home);
    fs.rmSync(dir, { recursive: true });
  }
}

/** As `inScratch`, for a function that waits. */
export async function inScratchAsync(act: (dir: string) => Promise<void>): Promise<void> {
  const home = process.cwd();
  const dir = fs.mkdtempSync(join(fs.realpathSync(tmpdir()), 'wasi9p-cli-'));
  process.chdir(dir);
  try {
    await act(dir);
  } finally {
    process.chdir(home);
    fs.rmSync(dir, { recursive: true });
  }
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Bundles the command as in dist/. Returns the path of its entry; the caller removes its directory. */
export async function bundle(): Promise<string> {
  // Below the root, so that packages resolve and the version can be read from package.json.
  fs.mkdirSync(join(ROOT, '.build'), { recursive: true });
  const outdir = fs.mkdtempSync(join(ROOT, '.build', 'cli-'));
  fs.copyFileSync(join(ROOT, 'package.json'), join(ROOT, '.build', 'package.json'));
  await buildCommand(relative(ROOT, outdir));
  return join(outdir, 'cli.js');
}
