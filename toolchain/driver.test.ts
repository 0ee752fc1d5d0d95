// Tries the compiler driver with fake tools.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Capture } from './capture.ts';
import { drive, type Driver } from './driver.ts';
import type { RunWasi } from './run.ts';
import { say } from './sink.ts';
import { Toolchain } from './toolchain.ts';

// The tools are functions here; the output of clang itself is tested in toolchain.test.ts.

/** An empty module; it is never instantiated. */
const MODULE = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));

/** A fake tool: writes to standard error and returns an exit status. */
type Answer = (argv: string[], say: (text: string) => void) => number;

interface Outcome {
  status: number;
  /** The tools run, in order, without the plan. */
  runs: string[];
  stderr: string;
}

/** Runs the driver with a `clang -###` that prints `plan`, and with fake tools. */
function outcome(args: string[], plan: string, answer: Answer = () => 0, driver: Driver = 'clang'): Outcome {
  const runs: string[] = [];
  const run: RunWasi = (_module, argv, { stderr }) => {
    const tell = (text: string) => say(stderr, text);
    if (argv[1] === '-###') tell(plan);
    else runs.push(argv.join(' '));
    return answer(argv, tell);
  };
  const err = new Capture();
  const host = { preopens: {}, stdout: () => {}, stderr: err.sink };
  const status = drive(new Toolchain(MODULE, {} as never, run), driver, args, host);
  return { status, runs, stderr: err.text() };
}

const ONE = ' (in-process)\n "" "clang" "-cc1" "-o" "/tmp/a-1.o" "a.c"\n';
const TWO = ' (in-process)\n "" "clang" "-cc1" "-o" "/tmp/b-2.o" "b.c"\n';
const LINK = ' "wasm-ld" "/tmp/a-1.o" "/tmp/b-2.o" "-o" "a.out"\n';

/** A tool that fails if its arguments name the file. */
function failing(...files: string[]): Answer {
  return (argv) => (argv[1] !== '-###' && files.some((file) => argv.includes(file)) ? 1 : 0);
}

test('runs the steps of the plan in turn', () => {
  assert.equal(outcome(['a.c', 'b.c'], ONE + TWO + LINK), {
    status: 0,
    runs: ['clang -cc1 -o /tmp/a-1.o a.c', 'clang -cc1 -o /tmp/b-2.o b.c', 'wasm-ld /tmp/a-1.o /tmp/b-2.o -o a.out'],
    stderr: '',
  });
});

test('after a failure the steps that do not need its output still run, the others do not', () => {
  const { status, runs, stderr } = outcome(['a.c', 'b.c'], ONE + TWO + LINK, failing('a.c'));
  assert.is(status, 1);
  assert.equal(runs, ['clang -cc1 -o /tmp/a-1.o a.c', 'clang -cc1 -o /tmp/b-2.o b.c']);
  assert.is(stderr, '');
});

test('a step that needs the output of a skipped step is skipped, too', () => {
  const assemble = ' (in-process)\n "" "clang" "-cc1as" "-o" "a.o" "a.s"\n "wasm-ld" "a.o" "-o" "a.out"\n';
  const first = ' (in-process)\n "" "clang" "-cc1" "-E" "-o" "a.s" "a.S"\n';
  assert.equal(outcome(['a.S'], first + assemble, failing('a.S')).runs, ['clang -cc1 -E -o a.s a.S']);
});

test('standard output is not an input of a later step', () => {
  const steps = ' "" "clang" "-cc1" "-o" "-" "a.c"\n "" "clang" "-cc1" "-o" "-" "b.c"\n';
  assert.is(outcome(['-E', 'a.c', 'b.c'], steps, failing('a.c')).runs.length, 2);
});

test('the status of the first failure is the result', () => {
  const answer: Answer = (argv) => (argv.includes('a.c') ? 3 : argv.includes('b.c') ? 4 : 0);
  assert.is(outcome(['-c', 'x', 'y'], ONE + TWO, answer).status, 3);
});

test("a failure of the linker or the assembler is reported in clang's words", () => {
  const link = outcome(
    ['a.o'],
    ' "wasm-ld" "a.o" "-o" "a.out"\n',
    (argv) => (argv[0] === 'wasm-ld' ? 7 : 0),
    'clang++',
  );
  assert.is(link.status, 7);
  assert.is(link.stderr, 'clang++: error: linker command failed with exit code 7 (use -v to see invocation)\n');
  const assembler = outcome(['x.s'], ' "" "clang" "-cc1as" "-o" "x.o" "x.s"\n', failing('x.s'));
  assert.is(assembler.stderr, 'clang: error: assembler command failed with exit code 1 (use -v to see invocation)\n');
});

test('a driver that refuses its arguments runs no step', () => {
  const answer: Answer = (argv, say) => {
    say("clang: error: unknown argument: '-bogus'\n");
    return argv[1] === '-###' ? 1 : 0;
  };
  const { status, runs, stderr } = outcome(['-bogus', 'a.c'], `clang version 1\n${ONE}`, answer);
  assert.equal({ status, runs, stderr }, { status: 1, runs: [], stderr: "clang: error: unknown argument: '-bogus'\n" });
});

test('without steps the driver answers alone', () => {
  const answer: Answer = (argv, say) => {
    if (argv[1] === '-###') return 0;
    say('clang: error: no input files\n');
    return 1;
  };
  const { status, runs, stderr } = outcome(['-O2'], 'clang version 1\n', answer);
  assert.equal({ status, runs, stderr }, { status: 1, runs: ['clang -O2'], stderr: 'clang: error: no input files\n' });
});

test('the front end and a wish for the plan go straight through', () => {
  assert.equal(outcome(['-cc1', 'a.c'], '').runs, ['clang -cc1 a.c']);
  const plan = outcome(['-c', '-###', 'a.c'], ONE);
  assert.equal(plan.runs, ['clang -c -### a.c']);
});

test('-v shows the plan before it runs', () => {
  const { stderr, runs } = outcome(['-v', 'a.c'], `clang version 1\n${ONE}`);
  assert.is(stderr, `clang version 1\n${ONE}`);
  assert.is(runs.length, 1);
});

test('a crash of a tool is status 134 with its reason', () => {
  const crash: Answer = (argv) => {
    if (argv[1] === '-###') return 0;
    throw new WebAssembly.RuntimeError('unreachable');
  };
  const { status, stderr } = outcome(['-c', 'a.c'], ONE, crash);
  assert.is(status, 134);
  assert.is(stderr, 'clang: error: the tool crashed: unreachable\n');
});

test('a stack overflow is reported with its remedy', () => {
  const overflow: Answer = (argv) => {
    if (argv[1] === '-###') return 0;
    throw new RangeError('Maximum call stack size exceeded');
  };
  assert.match(outcome(['-c', 'a.c'], ONE, overflow).stderr, /exceeded; give it more room.*--stack-size=/);
});

test('an error of the host is not reported as a crash', () => {
  const broken: Answer = () => {
    throw new TypeError('a mistake');
  };
  assert.throws(() => outcome(['-c', 'a.c'], ONE, broken), /a mistake/);
});

test('a step with an unknown tool is an error', () => {
  const { status, stderr } = outcome(['a.c'], ' "wasm-opt" "a.out"\n');
  assert.is(status, 127);
  assert.match(stderr, /unknown tool "wasm-opt"/);
});

test.run();
