// A guest that fills all memory, in its own process, gets ENOSPC, and Node does not run out of memory.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compile } from '../../toolchain/compile.ts';
import { bundle } from '../testing.ts';
import { NOT_LINUX, unless } from '../../build/test/skip.ts';

const PROGRAM = `
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[600], text[4096];

/* Makes one more of a kind: 0, or -1 with errno. */
static int grow(const char *what, long i) {
  if (!strcmp(what, "files")) {
    snprintf(path, sizeof path, "/f%ld", i);
    int fd = open(path, O_CREAT | O_WRONLY, 0644);
    return fd < 0 ? -1 : close(fd);
  }
  if (!strcmp(what, "directories")) return snprintf(path, sizeof path, "/d%ld", i), mkdir(path, 0755);
  if (!strcmp(what, "names")) {
    if (i == 0) close(open("/f", O_CREAT | O_WRONLY, 0644));
    snprintf(path, sizeof path, "/%0200ld", i);
    return link("/f", path);
  }
  if (!strcmp(what, "symlinks")) {
    memset(text, 't', 4000);
    return snprintf(path, sizeof path, "/l%ld", i), symlink(text, path);
  }
  static int fd = -1;
  if (fd < 0) fd = open("/big", O_CREAT | O_WRONLY, 0644);
  return write(fd, text, sizeof text) < 0 ? -1 : 0;
}

int main(int argc, char **argv) {
  long i = 0;
  while (grow(argv[1], i) == 0) i++;
  printf("%s\\n", strerror(errno));
  fprintf(stderr, "%ld\\n", i);
  return unlink(!strcmp(argv[1], "directories") ? "/no" : path) == 0 || !strcmp(argv[1], "data") ? 0 : i < 1000;
}
`;

const memory = suite('memory of the command line');
let scratch = '';
let cli = '';

memory.before(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'wasi9p-memory-'));
  const output = 'fill.wasm';
  const bytes = await compile({ sources: { 'fill.c': PROGRAM }, argv: ['-O1', 'fill.c', '-o', output], output });
  writeFileSync(join(scratch, output), bytes);
  cli = await bundle();
});

memory.after(() => {
  rmSync(scratch, { recursive: true, force: true });
  rmSync(dirname(cli), { recursive: true, force: true });
});

function filled(what: string, node: string[], options: string[]): { status: number; stdout: string; made: number } {
  const argv = [...node, cli, 'run', ...options, 'fill.wasm', what];
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, argv, { cwd: scratch, encoding: 'utf8' });
  assert.is(signal, null, stderr);
  return { status: status!, stdout, made: parseInt(stderr, 10) };
}

for (const what of ['files', 'directories', 'names', 'symlinks']) {
  memory(`${what} end with ENOSPC before V8's heap does`, () => {
    // Some hundred thousand would end the process.
    const { stdout, made } = filled(what, ['--max-old-space-size=128'], []);
    assert.is(stdout, 'No space left on device\n');
    assert.ok(made > 5000, `${made}`);
  });
}

memory('data ends with ENOSPC at the size that was given, in the root and elsewhere', () => {
  assert.equal(filled('data', [], ['--mem', '/=1M']), { status: 0, stdout: 'No space left on device\n', made: 256 });
  const { stdout } = filled('files', [], ['--mem', '/=64K']);
  assert.is(stdout, 'No space left on device\n');
});

unless(NOT_LINUX, memory)('a program whose memory cannot be allocated is reported in a sentence', () => {
  const line = `ulimit -v 2000000; exec "${process.execPath}" "${cli}" run fill.wasm files`;
  const { status, stdout, stderr } = spawnSync('sh', ['-c', line], { cwd: scratch, encoding: 'utf8' });
  assert.equal(
    [status, stdout, stderr],
    [
      1,
      '',
      'wasi9p: fill.wasm cannot be started: its memory cannot be allocated; raise the limit of this process (ulimit -v).\n',
    ],
  );
});

memory.run();
