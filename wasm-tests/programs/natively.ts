// Runs the native build of a program on tmpfs, for comparison.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { skip } from '../../build/test/skip.ts';

const TMPFS = '/dev/shm';

/** The same program on this machine. */
export interface Native {
  /** The command that must be installed. */
  needs: string;
  /** The command line that runs it in a directory on tmpfs, which is empty. */
  command: (base: string) => string[];
  /** The expected output, without the `@host` lines. */
  expect: string;
  /** The exit status. Default: 0. */
  code?: number;
}

/** Registers a test that runs the native program and compares; skipped if it is not installed. */
export function natively(name: string, { needs, command, expect, code = 0 }: Native): void {
  if (spawnSync(needs, ['--version']).status !== 0)
    return skip(`${name} natively on tmpfs`, `${needs} is not installed`);
  if (!existsSync(TMPFS)) return skip(`${name} natively on tmpfs`, `${TMPFS} does not exist`);
  test(`${name} natively on tmpfs`, () => {
    const base = mkdtempSync(join(TMPFS, 'wasi9p-'));
    try {
      const [file = '', ...args] = command(base);
      const ran = spawnSync(file, args, { encoding: 'utf8', input: '' });
      assert.is(ran.stderr, '');
      assert.fixture(ran.stdout.replaceAll(/^@host .*\n/gm, ''), expect);
      assert.is(ran.status, code, 'exit status');
    } finally {
      rmSync(base, { recursive: true });
    }
  });
}
