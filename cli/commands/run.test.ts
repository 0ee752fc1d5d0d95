// Tries `wasi9p run` in its own process, on a bundle of cli/main.ts.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compile } from '../../toolchain/compile.ts';
import { bundle } from '../testing.ts';
import { NOT_LINUX, unless } from '../../build/test/skip.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const PROGRAM = `
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int list(const char *path) {
  DIR *dir = opendir(path);
  if (!dir) return printf("%s: %s\\n", path, strerror(errno)), 1;
  for (struct dirent *e; (e = readdir(dir));) if (e->d_name[0] != '.') printf("%s\\n", e->d_name);
  return closedir(dir);
}

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  if (!strcmp(what, "args")) for (int i = 2; i < argc; i++) printf("[%s]\\n", argv[i]);
  else if (!strcmp(what, "env")) printf("%s %s\\n", getenv("A"), getenv("B"));
  else if (!strcmp(what, "exit")) return atoi(argv[2]);
  else if (!strcmp(what, "trap")) __builtin_trap();
  else if (!strcmp(what, "list")) return list(argv[2]);
  else if (!strcmp(what, "cat")) for (int c; (c = getchar()) != EOF;) putchar(c);
  else if (!strcmp(what, "write")) {
    FILE *file = fopen(argv[2], "w");
    if (!file) return printf("%s: %s\\n", argv[2], strerror(errno)), 1;
    fputs("written", file);
    if (fclose(file)) return 1;
    if (argc == 3) return 0;
    puts("ready");
    fflush(stdout);
    if (!strcmp(argv[3], "wait")) getchar();
    else for (volatile int i = 0;; i++);
  }
  return 0;
}
`;

const run = suite('wasi9p run');
let scratch = '';
let cli = '';

run.before(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'wasi9p-cli-'));
  mkdirSync(join(scratch, 'data'));
  writeFileSync(join(scratch, 'data', 'one.txt'), '1');
  const output = 'program.wasm';
  const bytes = await compile({ sources: { 'program.c': PROGRAM }, argv: ['-O1', 'program.c', '-o', output], output });
  writeFileSync(join(scratch, output), bytes);
  writeFileSync(join(scratch, 'text.wasm'), 'no module');
  cli = await bundle();
});

run.after(() => {
  rmSync(scratch, { recursive: true });
  rmSync(dirname(cli), { recursive: true });
});

function wasi9p(argv: string[], input = '', flags: string[] = []) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, cli, ...argv], {
    cwd: scratch,
    encoding: 'utf8',
    input,
  });
  return { status, stdout, stderr };
}

run('passes arguments on, those that look like options, too', () => {
  assert.is(wasi9p(['run', 'program.wasm', 'args', '--dir', 'ü', '']).stdout, '[--dir]\n[ü]\n[]\n');
  assert.is(wasi9p(['run', 'program.wasm', '--', 'args', '--', '-x']).stdout, '[--]\n[-x]\n');
});

run('passes the environment that --env sets, and nothing of the host', () => {
  assert.is(wasi9p(['run', '--env', 'A=1=2', '--env=B=', 'program.wasm', 'env']).stdout, '1=2 \n');
  assert.is(wasi9p(['run', 'program.wasm', 'env']).stdout, '(null) (null)\n');
  const inherited = (env: Record<string, string>): string =>
    spawnSync(process.execPath, [cli, 'run', '--env', 'A', '--env=B', 'program.wasm', 'env'], {
      cwd: scratch,
      encoding: 'utf8',
      env,
    }).stdout;
  assert.is(inherited({ A: 'x=y', C: '1' }), 'x=y (null)\n');
  assert.is(inherited({ A: '', B: 'ü' }), ' ü\n');
});

run('ends with the status of the program', () => {
  for (const status of [0, 1, 42, 255]) {
    assert.is(wasi9p(['run', 'program.wasm', 'exit', String(status)]).status, status);
  }
});

run('ends with 134 and the message of a trap', () => {
  const { status, stderr } = wasi9p(['run', 'program.wasm', 'trap']);
  assert.is(status, 134);
  assert.match(stderr, /program\.wasm trapped: unreachable/);
});

run('ends with the status of a program that exits in its start function, before _start', () => {
  const text = (value: string): number[] => [value.length, ...Buffer.from(value)];
  const section = (id: number, ...items: number[]): number[] => [id, items.length, ...items];
  const module = [
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 2, 0x60, 1, 0x7f, 0, 0x60, 0, 0),
    ...section(2, 1, ...text('wasi_snapshot_preview1'), ...text('proc_exit'), 0, 0),
    ...section(3, 1, 1),
    ...section(5, 1, 0, 1),
    ...section(7, 2, ...text('memory'), 2, 0, ...text('_start'), 0, 1),
    ...section(8, 1),
    ...section(10, 1, 6, 0, 0x41, 7, 0x10, 0, 0x0b),
  ];
  writeFileSync(join(scratch, 'early.wasm'), Uint8Array.from(module));
  assert.equal(wasi9p(['run', 'early.wasm']), { status: 7, stdout: '', stderr: '' });
});

run('passes stdin on', () => {
  assert.is(wasi9p(['run', 'program.wasm', 'cat'], 'some\ntext').stdout, 'some\ntext');
});

run('shows a root in memory, and nothing of the host', () => {
  assert.is(wasi9p(['run', 'program.wasm', 'list', '/']).stdout, 'tmp\n');
  assert.is(wasi9p(['run', 'program.wasm', 'write', '/tmp/x']).status, 0);
  assert.is(wasi9p(['run', 'program.wasm', 'list', scratch]).stdout, `${scratch}: No such file or directory\n`);
});

run('grants directories, under other names and for reading only', () => {
  assert.is(wasi9p(['run', '--dir', 'data::/d', 'program.wasm', 'list', '/d']).stdout, 'one.txt\n');
  assert.is(wasi9p(['run', '--dir', 'data::/', 'program.wasm', 'list', '/']).stdout, 'one.txt\n');
  assert.is(wasi9p(['run', '--dir', 'data', 'program.wasm', 'list', 'data']).stdout, 'one.txt\n');
  assert.is(wasi9p(['run', '--dir', 'data::/d', 'program.wasm', 'write', '/d/two.txt']).status, 0);
  assert.is(readFileSync(join(scratch, 'data', 'two.txt'), 'utf8'), 'written');
  const refused = wasi9p(['run', '--dir', 'data::/d::ro', 'program.wasm', 'write', '/d/three.txt']);
  assert.is(refused.stdout, '/d/three.txt: Read-only file system\n');
});

run('mounts memory, and directories for reading only', () => {
  const refused = wasi9p(['run', '--ro', 'data::/r', 'program.wasm', 'write', '/r/x']);
  assert.is(refused.stdout, '/r/x: Read-only file system\n');
  assert.is(wasi9p(['run', '--mem', '/m', 'program.wasm', 'write', '/m/x']).status, 0);
  assert.is(wasi9p(['run', '--mem=/', 'program.wasm', 'list', '/']).stdout, '');
});

run('leaves the lower directory of an overlay unchanged, and lists or commits the changes', () => {
  const overlaid = ['run', '--overlay', 'data::/w'];
  const seen = () => readdirSync(join(scratch, 'data')).sort().join();
  const before = seen();
  assert.is(wasi9p([...overlaid, '--diff', 'program.wasm', 'write', '/w/new']).stdout, 'A /w/new\n');
  assert.is(wasi9p([...overlaid, '--diff', 'program.wasm', 'write', '/w/one.txt']).stdout, 'M /w/one.txt\n');
  assert.is(wasi9p([...overlaid, 'program.wasm', 'write', '/w/new']).stdout, '');
  assert.is(wasi9p(['run', '--overlay=data::/', '--diff', 'program.wasm', 'write', 'new']).stdout, 'A /new\n');
  const up = ['run', '--overlay', 'data::/w/../v', '--diff', 'program.wasm'];
  assert.is(wasi9p([...up, 'write', '/v/n']).stdout, 'A /v/n\n');
  assert.is(wasi9p([...up, 'list', '/']).stdout, 'tmp\nv\n');
  assert.is(seen(), before);
  assert.is(readFileSync(join(scratch, 'data', 'one.txt'), 'utf8'), '1');
  const failed = wasi9p([...overlaid, '--commit', 'program.wasm', 'exit', '3']);
  assert.equal([failed.status, seen()], [3, before]);
  assert.match(failed.stderr, /changes not committed: the program exited with status 3/);
  assert.equal(wasi9p([...overlaid, '--diff', '--commit', 'program.wasm', 'write', '/w/new']), {
    status: 0,
    stdout: 'A /w/new\n',
    stderr: '',
  });
  assert.is(readFileSync(join(scratch, 'data', 'new'), 'utf8'), 'written');
  rmSync(join(scratch, 'data', 'new'));
});

/** Runs it until it prints a line, sends it SIGINT until it ends, and returns its end. */
async function interrupted(argv: string[]) {
  const child = spawn(process.execPath, [cli, ...argv], { cwd: scratch });
  let stderr = '';
  child.stderr.on('data', (bytes) => (stderr += String(bytes)));
  // Again and again: one that comes just before a blocking read of the guest is only seen after it.
  let timer: NodeJS.Timeout | undefined;
  child.stdout.once('data', () => (timer = setInterval(() => child.kill('SIGINT'), 500)));
  const [status, signal] = await new Promise<unknown[]>((resolve) => {
    child.on('close', (...end) => resolve(end));
  });
  clearInterval(timer);
  child.stdin.destroy();
  return { status, signal, stderr };
}

run('SIGINT ends a program on overlays with 130, and says what is dropped', async () => {
  const before = readdirSync(join(scratch, 'data')).join();
  for (const how of ['spin', 'wait']) {
    for (const options of [[], ['--commit', '--diff']]) {
      const overlays = ['--overlay', 'data::/w', '--overlay', 'data::/v'];
      assert.equal(await interrupted(['run', ...overlays, ...options, 'program.wasm', 'write', '/w/new', how]), {
        status: 130,
        signal: null,
        stderr: 'wasi9p: Interrupted: the changes are not committed (1 in /w, 0 in /v).\n',
      });
    }
    // Without an overlay nothing is to be said: the signal ends the process.
    assert.equal(await interrupted(['run', 'program.wasm', 'write', '/tmp/new', how]), {
      status: null,
      signal: 'SIGINT',
      stderr: '',
    });
  }
  assert.is(readdirSync(join(scratch, 'data')).join(), before);
});

run('quotes a path that could forge a line or control a terminal', () => {
  const argv = ['run', '--overlay', 'data::/w', '--diff', 'program.wasm', 'write', '/w/a\nA b\u001b[1A\u202e'];
  assert.is(wasi9p(argv).stdout, 'A "/w/a\\nA b\\033[1A\\342\\200\\256"\n');
  const { stderr } = wasi9p(['run', '--trace', 'program.wasm', 'write', '/tmp/\u009b\u007f\u202e']);
  assert.match(stderr, /path="tmp\/\\302\\233\\177\\342\\200\\256"/);
  assert.match(stderr, /^(?:[^\p{C}]|\n)*$/u);
});

run('mounts an archive', () => {
  const packed = spawnSync('tar', ['-czf', 'data.tgz', '-C', 'data', '.'], { cwd: scratch, encoding: 'utf8' });
  assert.is(packed.status, 0, packed.stderr);
  assert.match(wasi9p(['run', '--tar', 'data.tgz::/t', 'program.wasm', 'list', '/t']).stdout, /one\.txt\n/);
  assert.is(
    wasi9p(['run', '--tar', 'data.tgz::/t', 'program.wasm', 'write', '/t/x']).stdout,
    '/t/x: Read-only file system\n',
  );
  assert.is(wasi9p(['cat', 'data.tgz:one.txt']).stdout, '1');
  assert.is(wasi9p(['run', 'program.wasm', 'list', '/']).stdout, 'tmp\n');
});

run('shows mounts in the listing of the root', () => {
  const mounted = ['--mem', '/m', '--dir', 'data::/a/d'];
  assert.is(wasi9p(['run', ...mounted, 'program.wasm', 'list', '/']).stdout, 'tmp\nm\na\n');
  assert.is(wasi9p(['run', ...mounted, 'program.wasm', 'list', '/a']).stdout, 'd\n');
});

/** Hashes all files of the checkout that git tracks, and the names of the others. */
function checkout(): string {
  const hash = createHash('sha256');
  const { stdout } = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  for (const file of stdout.split('\0').filter((name) => name !== '')) {
    hash.update(`${file}\0`);
    // Git also lists files whose removal is not committed.
    if (existsSync(join(ROOT, file))) hash.update(readFileSync(join(ROOT, file)));
  }
  return hash.digest('hex');
}

const hasGit = spawnSync('git', ['ls-files'], { cwd: ROOT }).status === 0;

unless(hasGit ? '' : 'git is not installed, or this is no checkout', run)(
  'builds a C project over this checkout, which stays as it is',
  () => {
    writeFileSync(
      join(scratch, 'main.c'),
      '#include <stdio.h>\nint part(int);\nint main(void) { printf("%d", part(20)); }',
    );
    writeFileSync(join(scratch, 'part.c'), 'int part(int n) { return 2 * n + 2; }');
    const before = checkout();
    const sources = ['/p/main.c', '/p/part.c', '/w/wasm-tests/src/create-unlink-close.c'];
    const built = wasi9p([
      ...['run', '--overlay', `${ROOT}::/w`, '--ro', '.::/p', '--diff', 'cc', '--'],
      ...['-O1', '-c', sources[2]!, '-o', '/w/wasm-tests/new.o'],
    ]);
    assert.equal([built.status, built.stdout, built.stderr], [0, 'A /w/wasm-tests/new.o\n', '']);
    const linked = wasi9p([
      ...['run', '--overlay', '.::/p', '--overlay', `${ROOT}::/w`, '--diff', '--commit', 'cc', '--'],
      ...[sources[0]!, sources[1]!, '-o', '/p/project.wasm'],
    ]);
    assert.equal([linked.status, linked.stdout], [0, 'A /p/project.wasm\n'], linked.stderr);
    assert.is(wasi9p(['run', 'project.wasm']).stdout, '42');
    assert.is(checkout(), before);
  },
);

run('prints the limits of the platform at the start, once', () => {
  const elsewhere = `data:text/javascript,Object.defineProperty(process, 'platform', { value: 'darwin' })`;
  const argv = ['run', '--dir', 'data::/d', '--ro', 'data::/r', 'program.wasm', 'list', '/r'];
  const { status, stdout, stderr } = wasi9p(argv, '', ['--import', elsewhere]);
  assert.is(status, 0);
  assert.match(stdout, /^one\.txt$/m);
  assert.match(stderr, /^wasi9p: The directory is reached by paths: [^\n]* outside of it, [^\n]*\n$/);
  assert.match(
    wasi9p(['ls', '--dir', 'data::/d', '/d'], '', ['--import', elsewhere]).stderr,
    /^wasi9p: The directory is reached by paths/,
  );
  // No host directory is mounted; or, on Linux, there is no limit to report.
  assert.is(wasi9p(['run', 'program.wasm'], '', ['--import', elsewhere]).stderr, '');
  if (process.platform === 'linux') assert.is(wasi9p(argv).stderr, '');
});

run('lists and copies without a program', () => {
  assert.is(wasi9p(['ls', '--dir', 'data::/d', '/d']).stdout.split('\n')[0], 'one.txt');
  assert.is(wasi9p(['cat', 'data/one.txt']).stdout, '1');
  assert.match(wasi9p(['tree', 'data']).stdout, /^data\n├── one\.txt\n/);
  assert.is(wasi9p(['cp', '-r', 'data', 'copy']).status, 0);
  assert.is(readFileSync(join(scratch, 'copy', 'one.txt'), 'utf8'), '1');
  const { status, stderr } = wasi9p(['cat', 'none']);
  assert.equal([status, stderr], [1, 'wasi9p cat: none: no such file or directory.\n']);
  assert.is(wasi9p(['cp', 'one']).status, 2);
});

run('writes a trace to stderr or to a file', () => {
  const { stdout, stderr } = wasi9p(['run', '--trace', 'program.wasm', 'list', '/']);
  assert.is(stdout, 'tmp\n');
  assert.match(stderr, /path_open\(fd=3.*\n {4}Twalk tag=1/);
  wasi9p(['run', '--trace=trace.txt', 'program.wasm', 'list', '/']);
  assert.match(readFileSync(join(scratch, 'trace.txt'), 'utf8'), /fd_readdir\(fd=\d+/);
});

const linux = unless(NOT_LINUX, run);

run('a program that cannot be started ends with a sentence and status 1', () => {
  assert.is(
    wasi9p(['run', 'absent.wasm']).stderr,
    'wasi9p: absent.wasm does not exist: give the .wasm file of a program.\n',
  );
  assert.equal(wasi9p(['run', '--trace=none/x', 'program.wasm']), {
    status: 1,
    stdout: '',
    stderr: 'wasi9p: --trace=none/x cannot be written (no such file or directory): give a file that can be written.\n',
  });
  assert.match(
    wasi9p(['run', 'text.wasm']).stderr,
    /^wasi9p: text\.wasm is a text file, not a WebAssembly module: give the \.wasm file of a program\.\n$/,
  );
  assert.is(wasi9p(['run', 'text.wasm']).status, 1);
});

linux('--verbose says in which way each directory is reached', () => {
  const stderr = (...argv: string[]): string => wasi9p(['run', ...argv, 'program.wasm', 'exit', '0']).stderr;
  const way = '(by openat2?, through koffi|through /proc; with the package koffi: by openat2)';
  const mounts = ['--dir', 'data::/a', '--dir', 'data::/b::cached', '--overlay', 'data::/c', '--mem', '/m'];
  assert.match(
    stderr('--verbose', ...mounts),
    new RegExp(
      `^wasi9p: the guest's /a is data of this machine, reached ${way}\\.\n` +
        `wasi9p: the guest's /b is data of this machine \\(cached\\), reached ${way}\\.\n` +
        `wasi9p: the guest's /c is data of this machine \\(cached\\), reached ${way}\\.\n$`,
    ),
  );
  assert.is(stderr(...mounts), '');
  // In a thread, which may be terminated.
  assert.match(
    stderr('--verbose', '--dir', 'data::/a', '--stack', '4M'),
    /reached through \/proc, because the program runs in a thread\.\n$/,
  );
});

run('prints help', () => {
  const { status, stdout } = wasi9p(['help']);
  assert.is(status, 0);
  assert.match(stdout, /run PROGRAM\.wasm/);
  assert.match(wasi9p(['run', '--help']).stdout, /--dir HOST\[::GUEST\[::ro\]\[::cached\]\]/);
  assert.match(wasi9p(['help', 'cc']).stdout, /wasi9p cc/);
  for (const tool of ['ls', 'cat', 'cp', 'tree']) {
    assert.match(wasi9p(['help', tool]).stdout, new RegExp(`^Usage: wasi9p ${tool} .*PLACE`));
    assert.match(stdout, new RegExp(`\\b${tool}\\b`));
  }
  assert.match(wasi9p(['help', 'shims']).stdout, /^Usage: wasi9p shims DIR/);
  assert.match(wasi9p(['help', 'serve']).stdout, /^Usage: wasi9p serve /);
  for (const runtime of ['wasmtime', 'wazero', 'wasmer', 'wasmkit', 'wasmedge', 'iwasm']) {
    assert.match(wasi9p(['help', runtime]).stdout, new RegExp(`^Usage: wasi9p ${runtime} .*PROGRAM`));
    assert.match(stdout, new RegExp(`\\b${runtime}\\b`));
  }
  assert.match(wasi9p(['--version']).stdout, /^wasi9p \d+\.\d+\.\d+\n$/);
});

run.run();
