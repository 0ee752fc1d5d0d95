// Tries the real compiler on wasi9p.
import { Volume } from 'memfs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { commands } from '@yowasp/clang';
import { serverFor, type LocalSource } from '../shim/index.ts';
import { Capture } from './capture.ts';
import { drive, type Driver } from './driver.ts';
import { runWasi } from './run.ts';
import { loadToolchain } from './toolchain.ts';

// The compiler is a WASI program of 75 MB.

interface Outcome {
  status: number;
  stdout: string;
  stderr: string;
  volume: Volume;
}

type Files = Record<string, string>;

function volumeOf(files: Files | Volume): Volume {
  return files instanceof Volume ? files : (Volume.fromJSON({ '/tmp': null, ...files }, '/') as unknown as Volume);
}

async function clang(driver: Driver, args: string[], files: Files | Volume = {}, input = ''): Promise<Outcome> {
  const tools = await loadToolchain();
  const volume = volumeOf(files);
  const [out, err] = [new Capture(), new Capture()];
  const preopens = { '/': volume, '/usr': tools.sysroot };
  const status = drive(tools, driver, args, { preopens, stdin: input, stdout: out.sink, stderr: err.sink });
  return { status, stdout: out.text(), stderr: err.text(), volume };
}

async function tool(argv: string[], volume: Volume): Promise<Omit<Outcome, 'volume'>> {
  const [out, err] = [new Capture(), new Capture()];
  const tools = await loadToolchain();
  const status = tools.run(argv, { preopens: { '/': volume }, stdout: out.sink, stderr: err.sink });
  return { status, stdout: out.text(), stderr: err.text() };
}

/** Runs a compiled program; returns its exit status and output. */
function execute(volume: Volume, path: string): [status: number, stdout: string] {
  const out = new Capture();
  const module = new WebAssembly.Module(new Uint8Array(volume.readFileSync(path) as Buffer));
  const status = runWasi(module, [path], { preopens: {}, stdout: out.sink, stderr: out.sink });
  return [status, out.text()];
}

const HELLO = `#include <stdio.h>
int main(int argc, char **argv) { printf("hello from %s\\n", argv[0]); return 7; }
`;

const CPLUSPLUS = `#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <vector>
template <int N> struct Fib { static constexpr long long value = Fib<N - 1>::value + Fib<N - 2>::value; };
template <> struct Fib<0> { static constexpr long long value = 0; };
template <> struct Fib<1> { static constexpr long long value = 1; };
struct Shape { virtual ~Shape() = default; virtual double area() const = 0; };
struct Square : Shape { double side; explicit Square(double s) : side(s) {} double area() const override { return side * side; } };
template <typename... Ts> auto sum(Ts... values) { return (values + ...); }
int main() {
  std::map<std::string, std::vector<int>> groups;
  for (int i = 0; i < 12; ++i) groups["k" + std::to_string(i % 3)].push_back(i);
  for (auto &[key, list] : groups) {
    std::sort(list.rbegin(), list.rend());
    std::cout << key << ':' << std::accumulate(list.begin(), list.end(), 0) << ' ' << list.front() << '\\n';
  }
  std::unique_ptr<Shape> shape = std::make_unique<Square>(1.5);
  std::cout << shape->area() << ' ' << Fib<60>::value << ' ' << sum(1, 2.5, 3) << std::endl;
}
`;

const EXPECTED = 'k0:18 9\nk1:22 10\nk2:26 11\n2.25 1548008755920 6.5\n';

/** Compiles with our driver and with the package's own, which has its own file system: the bytes must be equal. */
async function compareWithPackage(driver: Driver, args: string[], files: Files, output: string): Promise<Volume> {
  const ours = await clang(driver, args, files);
  assert.is(ours.status, 0, ours.stderr);
  const quiet = () => {};
  const options = { decodeASCII: false, fetchProgress: quiet, stdout: quiet, stderr: quiet };
  const theirs = await silently(() => Promise.resolve(commands[driver](args, files, options)));
  const expected = (theirs as Record<string, Uint8Array>)[output]!;
  const made = ours.volume.readFileSync(`/${output}`) as Buffer;
  assert.ok(made.length > 100, 'the output is empty');
  assert.ok(
    made.equals(expected),
    `${driver} ${args.join(' ')}: ${made.length} bytes, the package makes ${expected.length}`,
  );
  return ours.volume;
}

/** Silences console.log, on which the package reports its loading, for the sake of the test's report. */
async function silently<T>(action: () => Promise<T>): Promise<T> {
  const { log } = console;
  console.log = () => {};
  try {
    return await action();
  } finally {
    console.log = log;
  }
}

const compilation = suite('compile');

compilation('C: the bytes are those of the package, and the program runs', async () => {
  const volume = await compareWithPackage(
    'clang',
    ['-O2', 'hello.c', '-o', 'hello.wasm'],
    { 'hello.c': HELLO },
    'hello.wasm',
  );
  assert.equal(execute(volume, '/hello.wasm'), [7, 'hello from /hello.wasm\n']);
});

compilation('C with debug information, which holds the paths: the same', async () => {
  const files = { 'hello.c': HELLO };
  await compareWithPackage('clang', ['-g', '-c', 'hello.c', '-o', 'hello.o'], files, 'hello.o');
});

compilation('C++ with the standard library: the same', async () => {
  const args = ['-O1', '-std=c++20', '-fno-exceptions', 'big.cc', '-o', 'big.wasm'];
  const volume = await compareWithPackage('clang++', args, { 'big.cc': CPLUSPLUS }, 'big.wasm');
  assert.equal(execute(volume, '/big.wasm'), [0, EXPECTED]);
});

compilation('nothing is held on the servers when it is done', async () => {
  const { volume } = await clang('clang', ['hello.c'], { 'hello.c': HELLO });
  assert.ok(volume.existsSync('/a.out'));
  const rest = { sessions: 0, fids: 0, inodes: 0, orphans: 0, reclaiming: 0, bytes: 0 };
  assert.equal(serverFor(volume).inspect(), rest);
  assert.equal(serverFor((await loadToolchain()).sysroot as LocalSource).inspect(), rest);
});

compilation.run();

const driving = suite('driver');

driving('several sources, one program', async () => {
  const files = { 'a.c': 'int f(void);\nint main(void) { return f(); }\n', 'b.c': 'int f(void) { return 42; }\n' };
  const { status, stderr, volume } = await clang('clang', ['a.c', 'b.c'], files);
  assert.is(status, 0, stderr);
  assert.is(stderr, '');
  assert.equal(execute(volume, '/a.out')[0], 42);
});

driving('-c: one object per source; a failure does not prevent the other', async () => {
  const files = { 'a.c': 'int a(void) { return 1 }\n', 'b.c': 'int b;\n' };
  const { status, stderr, volume } = await clang('clang', ['-c', 'a.c', 'b.c'], files);
  assert.is(status, 1);
  assert.match(stderr, /^a\.c:1:23: error: expected ';' after return statement\n/);
  assert.is(volume.existsSync('/a.o'), false);
  assert.is(volume.existsSync('/b.o'), true);
});

driving('-E and -S, to standard output and to a file', async () => {
  const files = { 'a.c': '#define X 3\nint a = X;\n' };
  const preprocessed = await clang('clang', ['-E', '-P', 'a.c'], files);
  assert.is(preprocessed.stdout.trim(), 'int a = 3;');
  const assembly = await clang('clang', ['-S', 'a.c', '-o', '-'], files);
  assert.match(assembly.stdout, /\.globl\s+a\b/);
  const { volume } = await clang('clang', ['-S', 'a.c'], files);
  assert.is(volume.readFileSync('/a.s', 'utf8'), assembly.stdout);
});

driving('a source from standard input', async () => {
  const { status, stdout } = await clang('clang', ['-x', 'c', '-E', '-P', '-'], {}, 'int a = __LINE__;\n');
  assert.is(status, 0);
  assert.is(stdout, 'int a = 1;\n');
});

driving('assembly, with the preprocessor and without', async () => {
  const body = '.globl f\n.type f,@function\nf:\n.functype f () -> ()\nend_function\n';
  const files = { 'x.s': body, 'y.S': `#define f g\n${body}` };
  const { status, stderr, volume } = await clang('clang', ['-c', 'x.s', 'y.S'], files);
  assert.is(status, 0, stderr);
  const { stdout } = await tool(['llvm-nm', 'x.o', 'y.o'], volume);
  assert.match(stdout, /x\.o:\n\d+ T f\n/);
  assert.match(stdout, /y\.o:\n\d+ T g\n/);
});

driving('names with spaces, and quotes, backslashes and dollar signs in an argument', async () => {
  const files = { 'my source.c': 'const char *s = S;\n' };
  const args = ['-E', '-P', 'my source.c', String.raw`-DS="a b\"c\\d$e"`];
  assert.is((await clang('clang', args, files)).stdout, 'const char *s = "a b\\"c\\\\d$e";\n');
});

driving('a response file', async () => {
  const { stdout } = await clang('clang', ['@args'], { args: '-E -P\n"a b.c"', 'a b.c': 'int a;\n' });
  assert.is(stdout, 'int a;\n');
});

driving('a failure of the linker is an error', async () => {
  const { status, stderr } = await clang('clang', ['a.c', '-lnope'], { 'a.c': 'int main(void) { return 0; }\n' });
  assert.is(status, 1);
  assert.is(
    stderr,
    'wasm-ld: error: unable to find library -lnope\n' +
      'clang: error: linker command failed with exit code 1 (use -v to see invocation)\n',
  );
});

driving("the driver's own errors and warnings", async () => {
  const nothing = await clang('clang', ['-O2']);
  assert.equal([nothing.status, nothing.stderr], [1, 'clang: error: no input files\n']);
  const missing = await clang('clang', ['nope.c']);
  assert.is(missing.status, 1);
  assert.match(missing.stderr, /^clang: error: no such file or directory: 'nope\.c'\n/);
  const warned = await clang('clang', ['-c', 'a.c', '-lm'], { 'a.c': 'int a;\n' });
  assert.is(warned.status, 0);
  assert.is(warned.stderr, "clang: warning: -lm: 'linker' input unused [-Wunused-command-line-argument]\n");
});

driving('invocations that only ask', async () => {
  const version = await clang('clang++', ['--version']);
  assert.is(version.status, 0);
  assert.match(version.stdout, /^clang version 22\..*\nTarget: wasm32-unknown-wasip1\n/);
  assert.is(version.stderr, '');
  assert.match((await clang('clang', ['-help'])).stdout, /^OVERVIEW: clang LLVM compiler\n/);
  assert.is((await clang('clang', ['-print-resource-dir'])).stdout, '/usr\n');
  assert.is((await clang('clang', ['-dumpmachine'])).stdout, 'wasm32-unknown-wasip1\n');
  assert.match((await clang('clang', ['-v'])).stderr, /^clang version 22\./);
});

driving('--driver-mode=g++ links the C++ library', async () => {
  const files = {
    'a.cc': '#include <cstdio>\n#include <string>\nint main() { std::puts(std::string(3, 65).c_str()); }\n',
  };
  const args = ['--driver-mode=g++', '-fno-exceptions', 'a.cc'];
  const { status, stderr, volume } = await clang('clang', args, files);
  assert.is(status, 0, stderr);
  assert.equal(execute(volume, '/a.out'), [0, 'AAA\n']);
});

driving.run();

const tools = suite('tools');

tools('an archive is made, listed and linked', async () => {
  const files = { 'f.c': 'int f(void) { return 5; }\n', 'm.c': 'int f(void);\nint main(void) { return f(); }\n' };
  const { volume } = await clang('clang', ['-c', 'f.c'], files);
  assert.equal(await tool(['llvm-ar', 'rcs', 'libf.a', 'f.o'], volume), { status: 0, stdout: '', stderr: '' });
  assert.is((await tool(['ar', 't', 'libf.a'], volume)).stdout, 'f.o\n');
  const linked = await clang('clang', ['m.c', '-L.', '-lf', '-o', 'm.wasm'], volume);
  assert.is(linked.status, 0, linked.stderr);
  assert.is(execute(volume, '/m.wasm')[0], 5);
});

tools('the inspecting tools answer to their names', async () => {
  const { volume } = await clang('clang', ['-c', 'a.c'], { 'a.c': 'int answer(void) { return 42; }\n' });
  assert.match((await tool(['nm', 'a.o'], volume)).stdout, /T answer/);
  assert.match((await tool(['llvm-objdump', '-d', 'a.o'], volume)).stdout, /<answer>/);
  assert.match((await tool(['llvm-size', 'a.o'], volume)).stdout, /a\.o/);
  assert.match((await tool(['llvm-readobj', '--file-headers', 'a.o'], volume)).stdout, /Arch: wasm32/);
  // To stdout: with a file as output, strip fails because WASI has no chmod.
  assert.is((await tool(['llvm-strip', 'a.o', '-o', '-'], volume)).status, 0);
});

tools('a failing tool gives its status and message', async () => {
  const { status, stderr } = await tool(['llvm-nm', 'nope.o'], volumeOf({}));
  assert.is(status, 1);
  assert.match(stderr, /nope\.o: No such file or directory/);
});

tools.run();
