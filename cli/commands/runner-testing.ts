// A program that prints what it was given, and the command that runs it in a process of its own.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Test } from 'uvu';
import { compile } from '../../toolchain/compile.ts';
import { bundle } from '../testing.ts';

const PROGRAM = `
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wasi/api.h>
extern char **environ;

static int given(int argc, char **argv) {
  for (int i = 0; i < argc; i++) printf("arg %s\\n", argv[i]);
  for (char **e = environ; e && *e; e++) printf("env %s\\n", *e);
  for (int fd = 3;; fd++) {
    __wasi_prestat_t stat;
    char name[4096] = "";
    if (__wasi_fd_prestat_get(fd, &stat)) return 0;
    if (__wasi_fd_prestat_dir_name(fd, (uint8_t *)name, stat.u.dir.pr_name_len)) return 1;
    printf("dir %s\\n", name);
  }
}

static int write_to(const char *path) {
  FILE *file = fopen(path, "w");
  if (!file) return printf("%s: %s\\n", path, strerror(errno)), 1;
  return fputs("written", file) < 0 || fclose(file);
}

static int list(const char *path) {
  DIR *dir = opendir(path);
  if (!dir) return printf("%s: %s\\n", path, strerror(errno)), 1;
  for (struct dirent *e; (e = readdir(dir));) if (e->d_name[0] != '.') printf("%s\\n", e->d_name);
  return closedir(dir);
}

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  if (!strcmp(what, "exit")) return atoi(argv[2]);
  if (!strcmp(what, "trap")) __builtin_trap();
  if (!strcmp(what, "write")) return write_to(argv[2]);
  if (!strcmp(what, "rename")) return rename(argv[2], argv[3]) ? (puts(strerror(errno)), 1) : 0;
  if (!strcmp(what, "list")) return list(argv[2]);
  if (!strcmp(what, "open")) { for (int i = 2; i < argc; i++) { FILE *f = fopen(argv[i], "r"); if (f) fclose(f); } return 0; }
  if (!strcmp(what, "write-at-3")) return write(openat(3, argv[2], O_CREAT | O_WRONLY, 0666), "3", 1) != 1;
  if (!strcmp(what, "cat")) { for (int c; (c = getchar()) != EOF;) putchar(c); return 0; }
  return given(argc, argv);
}

__attribute__((export_name("add"))) int32_t add(int32_t a, int64_t b) { return a + (int32_t)b; }
__attribute__((export_name("half"))) float half(float x) { return x / 2; }
__attribute__((export_name("wide"))) int64_t wide(double x) { return (int64_t)x; }
__attribute__((export_name("leave"))) void leave(void) { puts("left"); fflush(stdout); _Exit(7); }
`;

/** The scratch directory, with `pkg/show.wasm`, the program; '' before the tests. */
export let scratch = '';
/** The command's entry; '' before the tests. */
export let cli = '';

/** Makes the program and the command before the tests of a suite, and removes them after. */
export function withProgram(tests: Test): void {
  tests.before(async () => {
    scratch = fs.mkdtempSync(join(fs.realpathSync(tmpdir()), 'wasi9p-runner-'));
    fs.mkdirSync(join(scratch, 'pkg', 'sub'), { recursive: true });
    const output = 'show.wasm';
    const argv = ['-O1', 'show.c', '-o', output];
    fs.writeFileSync(join(scratch, 'pkg', output), await compile({ sources: { 'show.c': PROGRAM }, argv, output }));
    fs.copyFileSync(join(scratch, 'pkg', output), join(scratch, 'pkg', 'pkg.test'));
    fs.writeFileSync(join(scratch, 'pkg', 'text.wat'), '(module)');
    cli = await bundle();
  });
  tests.after(() => {
    fs.rmSync(scratch, { recursive: true });
    fs.rmSync(dirname(cli), { recursive: true });
  });
}

interface Settings {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  readonly input?: string | Uint8Array;
  readonly called?: string;
}

/** Runs the command in `pkg` or elsewhere. */
export function wasi9p(
  argv: readonly string[],
  { cwd = join(scratch, 'pkg'), env, input = '', called = cli }: Settings = {},
) {
  const options = { cwd, encoding: 'utf8', input, ...(env && { env }) } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [called, ...argv], options);
  return { status, stdout, stderr };
}

/** The output of the program for these lines. */
export function given(args: readonly string[], env: readonly string[], dirs: readonly string[]): string {
  const lines = [...args.map((word) => `arg ${word}`), ...env.map((word) => `env ${word}`)];
  return [...lines, ...dirs.map((word) => `dir ${word}`), ''].join('\n');
}
