// Runs a tool in this process, in a scratch directory, and gathers what it writes.
import { Volume } from 'memfs';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import * as assert from 'uvu/assert';
import { Capture } from '../toolchain/capture.ts';
import { memfs } from '../vfs/backends/memfs/index.ts';
import type { ArchiveKind } from './mounts/place.ts';
import { runTool, type Io, type Tool } from './commands/tool.ts';

/** An archive of a kind of its own: the JSON that a memfs volume is made of. */
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

/** How many descriptors this process has, where that can be told. */
function descriptors(): number {
  return fs.existsSync('/proc/self/fd') ? fs.readdirSync('/proc/self/fd').length : 0;
}

/** Runs something with a scratch directory as the current one. */
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

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The command in files as dist/ has them: the path of its entry, whose directory is the caller's to remove. */
export async function bundle(): Promise<string> {
  // Below the root, where packages are found from; the version is read from its package.json.
  fs.mkdirSync(join(ROOT, '.build'), { recursive: true });
  const outdir = fs.mkdtempSync(join(ROOT, '.build', 'cli-'));
  const entryPoints = { cli: join(ROOT, 'cli', 'main.ts') };
  fs.copyFileSync(join(ROOT, 'package.json'), join(ROOT, '.build', 'package.json'));
  await build({
    ...{ entryPoints, outdir, bundle: true, splitting: true, format: 'esm', platform: 'node', packages: 'external' },
    ...{ chunkNames: 'chunks/[name]-[hash]', outExtension: { '.js': '.mjs' }, logLevel: 'error' },
  });
  return join(outdir, 'cli.mjs');
}
