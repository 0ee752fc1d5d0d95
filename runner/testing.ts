// Helpers for the tests of the runner: scratch directories with tests, the bundled worker, small programs.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bundleToRun } from '../build/bundle.mjs';
import { compile } from '../toolchain/compile.ts';
import { runTests, type RunTestsOptions } from './run.ts';
import type { Summary, TestResult } from './result.ts';

/** Behaves as its arguments say, so that one program serves for all tests. */
const ACTOR = `
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
__attribute__((noinline)) static int deep(int n) { return n == 0 ? 1 : deep(n - 1) % 1000 + n; }
int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    char *word = argv[i], *value = strchr(word, '=');
    if (value) *value++ = 0;
    if (!strcmp(word, "exit")) exit(atoi(value));
    else if (!strcmp(word, "print")) puts(value);
    else if (!strcmp(word, "complain")) fprintf(stderr, "%s\\n", value);
    else if (!strcmp(word, "spin")) { puts("spinning"); fflush(stdout); for (;;) ; }
    else if (!strcmp(word, "trap")) __builtin_trap();
    else if (!strcmp(word, "recurse")) printf("%d\\n", deep(atoi(value)));
    else if (!strcmp(word, "flood")) { static char mib[1 << 20]; for (int n = atoi(value); n > 0; n--) fwrite(mib, 1, sizeof mib, stdout); }
    else if (!strcmp(word, "deep")) {
      int at = open("/tmp", O_RDONLY | O_DIRECTORY);
      for (int n = atoi(value); n > 0; n--) {
        if (mkdirat(at, "d", 0700)) exit(9);
        int next = openat(at, "d", O_RDONLY | O_DIRECTORY);
        close(at);
        at = next;
      }
    }
    else if (!strcmp(word, "replace")) { if (rmdir(value)) { perror(value); exit(9); } close(open(value, O_CREAT | O_RDWR, 0600)); }
    else if (!strcmp(word, "env")) puts(getenv(value) ? getenv(value) : "unset");
    else if (!strcmp(word, "echo")) { for (int c; (c = getchar()) != EOF;) putchar(c); }
    else if (!strcmp(word, "write")) { FILE *f = fopen(value, "w"); if (!f) { perror(value); exit(9); } fputs("written", f); fclose(f); }
    else if (!strcmp(word, "read")) { char s[99] = ""; FILE *f = fopen(value, "r"); if (!f) { perror(value); exit(9); } fgets(s, 99, f); fclose(f); puts(s); }
    else if (!strcmp(word, "remove")) { if (unlink(value)) { perror(value); exit(9); } }
    else if (!strcmp(word, "orphan")) { if (open(value, O_CREAT | O_RDWR, 0600) < 0 || unlink(value)) exit(9); }
    else exit(99);
  }
  return 0;
}
`;

/** The program that does what its arguments say. */
export function actor(): Promise<Uint8Array> {
  return compile({ sources: { 'actor.c': ACTOR }, argv: ['-O1', 'actor.c', '-o', 'actor.wasm'], output: 'actor.wasm' });
}

let bundled: Promise<string> | undefined;

/** The worker's script, bundled once a process. */
export function workerScript(): Promise<string> {
  bundled ??= bundleToRun(['runner/worker.ts'], 'test-worker').then(([script = '']) => script);
  return bundled;
}

/** Calls `act` with a scratch directory that holds the files. */
export async function inDir(
  files: Readonly<Record<string, string | Uint8Array>>,
  act: (dir: string) => Promise<void>,
): Promise<void> {
  const dir = mkdtempSync(join(realpathSync(tmpdir()), 'wasi9p-runner-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, name)), { recursive: true });
      writeFileSync(join(dir, name), content);
    }
    await act(dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** The files of one test of the actor. */
export async function acting(name: string, spec: object): Promise<Record<string, string | Uint8Array>> {
  return { [`${name}.wasm`]: await actor(), [`${name}.json`]: JSON.stringify(spec) };
}

/** Runs the tests of a directory; returns the summary, and the results by name. */
export async function runIn(
  dir: string,
  options: RunTestsOptions = {},
): Promise<{ summary: Summary; of: (name: string) => TestResult }> {
  const summary = await runTests({ paths: [dir], jobs: 2, worker: await workerScript(), ...options });
  const of = (name: string): TestResult => {
    const found = summary.results.find((result) => result.name === name);
    if (found === undefined) throw new Error(`no result of ${name}`);
    return found;
  };
  return { summary, of };
}
