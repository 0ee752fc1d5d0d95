// Runs the programs of the acceptance tests on memfs and on a host directory, and records their state at marks.
import * as hostFs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Volume } from 'memfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WASI, serverFor, type Inspection, type Server } from '../../shim/index.ts';
import { Output, assertAtRest } from '../harness.ts';

/** True for the short variant: `node build.mjs programs --quick`. */
export const QUICK = process.env['WASI9P_PROGRAMS'] === 'quick';

/** Linux has tmpfs there, which is as quick as memory. */
const SCRATCH = hostFs.existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** A file system for a program, as the server and from outside. */
export interface ProgramRoot {
  server: Server;
  fs: Pick<typeof hostFs, 'mkdirSync' | 'writeFileSync' | 'symlinkSync' | 'utimesSync' | 'readdirSync'>;
  /** The path in `fs` of the guest's `/`. */
  path: string;
}

export interface RunOptions {
  /** argv, the program's name first. */
  args: readonly string[];
  env?: Record<string, string>;
  /** Guest paths at which the file system is mounted. Default: `/` alone. */
  preopens?: readonly string[];
}

/** The result of a program. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
  /** Files that lost their last name while they were open, in all. */
  orphans: number;
  /** The server's counts at each `@host WORD` line, by the word. */
  marks: Map<string, Inspection>;
}

/** One run of a program at a root, watched: what it prints, the orphans it makes, what it leaves behind. */
export class Stage {
  readonly wasi: WASI;
  private readonly server: Server;
  private readonly marks = new Map<string, Inspection>();
  private readonly out: Output;
  private readonly err = new Output(() => {});
  private orphans = 0;

  constructor({ server }: ProgramRoot, { args, env = {}, preopens = ['/'] }: RunOptions) {
    this.server = server;
    this.out = new Output((word) => this.marks.set(word, server.inspect()));
    server.observers.add({ orphan: () => this.orphans++ });
    this.wasi = new WASI({
      args,
      env,
      preopens: Object.fromEntries(preopens.map((path) => [path, server])),
      stdin: '',
      stdout: (bytes) => this.out.write(bytes),
      stderr: (bytes) => this.err.write(bytes),
    });
  }

  /** Runs a command. */
  start(module: WebAssembly.Module): Ended {
    return this.end(this.wasi.start(new WebAssembly.Instance(module, this.wasi.getImportObject())));
  }

  /** Returns the result of the ended program, and asserts that the server is at rest. */
  end(code: number): Ended {
    assertAtRest(this.server);
    const { orphans, marks } = this;
    return { code, stdout: this.out.end(), stderr: this.err.end(), orphans, marks };
  }
}

/** Asserts that a program succeeded, with this exit status. */
export function assertEnded(ended: Ended, stdout: string, code = 0): void {
  // First, because an error message explains more than the status.
  assert.is(ended.stderr, '');
  assert.fixture(ended.stdout, stdout);
  assert.is(ended.code, code, 'exit status');
}

/** Registers a test on memfs and one on a directory of the host; both begin with an empty `/tmp`. */
export function onEachRoot(name: string, run: (root: ProgramRoot) => void | Promise<void>): void {
  test(`${name} on memfs`, () => {
    const vol = Volume.fromJSON({ '/tmp': null });
    return run({ server: serverFor(vol), fs: vol as unknown as ProgramRoot['fs'], path: '' });
  });
  test(`${name} on a host directory`, async () => {
    const root = hostFs.mkdtempSync(join(SCRATCH, 'wasi9p-'));
    const server = serverFor(root);
    try {
      hostFs.mkdirSync(join(root, 'tmp'));
      await run({ server, fs: hostFs, path: root });
    } finally {
      server.close();
      hostFs.rmSync(root, { recursive: true });
    }
  });
}
