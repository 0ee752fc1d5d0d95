import * as hostFs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Volume } from 'memfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WASI, serverFor, type Inspection, type Server } from '../../shim/index.ts';
import { Output, assertAtRest } from '../harness.ts';

/** Whether the short variant is wanted: `node build.mjs programs --quick`. */
export const QUICK = process.env['WASI9P_PROGRAMS'] === 'quick';

/** Linux has tmpfs there, which is as quick as memory. */
const SCRATCH = hostFs.existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** A file system for a program, and how the test looks at it from outside. */
export interface Place {
  server: Server;
  fs: Pick<typeof hostFs, 'mkdirSync' | 'writeFileSync' | 'symlinkSync' | 'utimesSync' | 'readdirSync'>;
  /** What the guest sees as `/`. */
  root: string;
}

export interface RunOptions {
  /** argv, the program's name first. */
  args: readonly string[];
  env?: Record<string, string>;
  /** Guest paths that are the place's root, too. Default: `/` alone. */
  preopens?: readonly string[];
}

/** How a program ended. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
  /** Files that lost their last name while they were open, in all. */
  orphans: number;
  /** What was alive when the program printed `@host WORD`, by that word. */
  marks: Map<string, Inspection>;
}

/** One run of a program at a place, watched: what it prints, the orphans it makes, what it leaves behind. */
export class Stage {
  readonly wasi: WASI;
  private readonly server: Server;
  private readonly marks = new Map<string, Inspection>();
  private readonly out: Output;
  private readonly err = new Output(() => {});
  private orphans = 0;

  constructor({ server }: Place, { args, env = {}, preopens = ['/'] }: RunOptions) {
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

  /** What there is to say once the program has ended; nothing of it may be left. */
  end(code: number): Ended {
    assertAtRest(this.server);
    const { orphans, marks } = this;
    return { code, stdout: this.out.end(), stderr: this.err.end(), orphans, marks };
  }
}

/** Asserts that a program succeeded, with this exit status. */
export function assertEnded(ended: Ended, stdout: string, code = 0): void {
  // What it says about a failure tells more than its status.
  assert.is(ended.stderr, '');
  assert.fixture(ended.stdout, stdout);
  assert.is(ended.code, code, 'exit status');
}

/** Registers a test on memfs and one on a directory of the host; both begin with an empty `/tmp`. */
export function onEachPlace(name: string, run: (place: Place) => void | Promise<void>): void {
  test(`${name} on memfs`, () => {
    const vol = Volume.fromJSON({ '/tmp': null });
    return run({ server: serverFor(vol), fs: vol as unknown as Place['fs'], root: '' });
  });
  test(`${name} on a host directory`, async () => {
    const root = hostFs.mkdtempSync(join(SCRATCH, 'wasi9p-'));
    const server = serverFor(root);
    try {
      hostFs.mkdirSync(join(root, 'tmp'));
      await run({ server, fs: hostFs, root });
    } finally {
      server.close();
      hostFs.rmSync(root, { recursive: true });
    }
  });
}
