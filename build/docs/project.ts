// A user's project with the packed package, in which the blocks of one document run.
import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { ROOT } from '../project.mjs';
import { isStale } from '../stale.mjs';

/** The packages that the examples use besides ours, laid out as by `npm install`. */
const PACKAGES = ['memfs', '@bjorn3/browser_wasi_shim', 'pako', '@yowasp/clang', 'esbuild', '@types/node'];
/** Those of the recipes for packages that take node:fs, where they are installed. */
const CONSUMERS = join(ROOT, 'wasm-tests/consumers/packages/node_modules');
const CONSUMED = ['isomorphic-git', 'glob', 'fast-glob', 'tar-fs', 'unionfs', 'rollup', 'typescript'];
const TIME_LIMIT = 120_000;
/** The folder in which CI installs Deno. */
const DENO = join(ROOT, 'wasm-tests/runtimes/binaries/node_modules/@deno/linux-x64-glibc');

/** The package as npm would publish it. */
export interface Packed {
  readonly archive: string;
  /** Its files, from the package's folder. */
  readonly files: readonly string[];
}

/** Packs the package, built anew if a source is younger. */
export function pack(into: string): Packed {
  if (isStale()) succeed(spawn(process.execPath, ['build.mjs', 'build'], ROOT));
  const { stdout } = succeed(spawn('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', into], ROOT));
  const [made] = JSON.parse(stdout) as { filename: string; files: { path: string }[] }[];
  return { archive: join(into, made!.filename), files: made!.files.map(({ path }) => path) };
}

/** A folder with the package installed, and the command in its `.bin`. */
export class Project {
  readonly dir: string;

  constructor(packed: Packed) {
    this.dir = realpathSync(mkdtempSync(join(tmpdir(), 'wasi9p-docs-')));
    const target = join(this.dir, 'node_modules/wasi9p');
    mkdirSync(target, { recursive: true });
    succeed(spawn('tar', ['-xzf', packed.archive, '-C', target, '--strip-components=1'], this.dir));
    for (const name of PACKAGES) {
      const link = join(this.dir, 'node_modules', name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join(ROOT, 'node_modules', name), link);
    }
    for (const name of CONSUMED.filter((name) => existsSync(join(CONSUMERS, name))))
      symlinkSync(join(CONSUMERS, name), join(this.dir, 'node_modules', name));
    mkdirSync(join(this.dir, 'node_modules/.bin'));
    symlinkSync('../wasi9p/dist/cli.js', join(this.dir, 'node_modules/.bin/wasi9p'));
    symlinkSync('../esbuild/bin/esbuild', join(this.dir, 'node_modules/.bin/esbuild'));
    this.write('package.json', '{ "type": "module", "private": true }\n');
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(join(this.dir, name)), { recursive: true });
    writeFileSync(join(this.dir, name), text);
  }

  /** Runs lines in a shell that stops at the first failure. */
  shell(lines: string): SpawnSyncReturns<string> {
    return spawn('bash', ['-euo', 'pipefail', '-c', lines], this.dir);
  }

  /** Runs a module, which may be TypeScript. */
  run(file: string): SpawnSyncReturns<string> {
    if (!file.endsWith('.ts')) return spawn(process.execPath, ['--no-warnings', file], this.dir);
    const script = `${file}.mjs`;
    const options = ['--bundle', '--format=esm', '--platform=node', '--packages=external', `--outfile=${script}`];
    succeed(spawn(join(ROOT, 'node_modules/esbuild/bin/esbuild'), [file, '--log-level=warning', ...options], this.dir));
    return spawn(process.execPath, ['--no-warnings', script], this.dir);
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

function spawn(command: string, args: readonly string[], cwd: string): SpawnSyncReturns<string> {
  // A test under node:test within another would report to that one.
  const PATH = [join(cwd, 'node_modules/.bin'), process.env.PATH, DENO].join(delimiter);
  const env = { ...process.env, PATH, CONSUMERS, NODE_TEST_CONTEXT: undefined, npm_config_update_notifier: 'false' };
  return spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    timeout: TIME_LIMIT,
    killSignal: 'SIGKILL',
    input: '',
  });
}

/** True if a shell command succeeds. */
export function holds(command: string): boolean {
  return spawn('bash', ['-c', command], tmpdir()).status === 0;
}

/** @throws Error with the output of a process that failed. */
export function succeed(ran: SpawnSyncReturns<string>): SpawnSyncReturns<string> {
  if (ran.error !== undefined) throw ran.error;
  if (ran.status !== 0) throw new Error(`exit status ${ran.status ?? ran.signal}\n${ran.stdout}${ran.stderr}`);
  return ran;
}

/** A document of the project. */
export function document(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}
