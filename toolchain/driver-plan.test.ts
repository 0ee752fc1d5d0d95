// Tries the parser of `clang -###`.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parsePlan } from './driver-plan.ts';

const BANNER = `clang version 22.1.0 (https://example.org/llvm-project 9560ae0f)
Target: wasm32-unknown-wasip1
Thread model: posix
InstalledDir: 
Build config: +assertions
`;

test('two steps: the front end in this process, then the linker', () => {
  const text = `${BANNER} (in-process)\n "" "clang" "-cc1" "-o" "/tmp/a.o" "a.c"\n "wasm-ld" "/tmp/a.o" "-o" "a.out"\n`;
  assert.equal(parsePlan(text), {
    banner: BANNER,
    steps: [
      ['', 'clang', '-cc1', '-o', '/tmp/a.o', 'a.c'],
      ['wasm-ld', '/tmp/a.o', '-o', 'a.out'],
    ],
    messages: '',
  });
});

test('the last line may end without a newline', () => {
  assert.equal(parsePlan(' "a" "b"').steps, [['a', 'b']]);
  assert.equal(parsePlan('clang: error: x').messages, 'clang: error: x');
});

test('a backslash guards a quote, a backslash and a dollar sign', () => {
  const [step] = parsePlan(String.raw` "x" "-DS=\"q\"" "\\" "\$HOME" "a\\\"b"`).steps;
  assert.equal(step, ['x', '-DS="q"', '\\', '$HOME', String.raw`a\"b`]);
});

test('spaces, empty arguments and what looks like a step stay inside quotes', () => {
  const { steps } = parsePlan(' "x" "a b.c" "" "-DT=1\n \\"y\\" \\"\n" "z"\n');
  assert.equal(steps, [['x', 'a b.c', '', '-DT=1\n "y" "\n', 'z']]);
});

test('a newline in an argument does not end its step', () => {
  assert.equal(parsePlan(' "x" "one\n\ntwo" "y"\n "z"\n').steps, [['x', 'one\n\ntwo', 'y'], ['z']]);
});

test('bare arguments are read as well', () => {
  assert.equal(parsePlan(' "x" -o out "y"\n').steps, [['x', '-o', 'out', 'y']]);
});

test("the driver's own words are kept, before and after the steps", () => {
  const warning = "clang: warning: -lfoo: 'linker' input unused [-Wunused-command-line-argument]\n";
  const late = 'clang: note: this comes after\n';
  const plan = parsePlan(`${BANNER}${warning} (in-process)\n "" "clang" "-cc1"\n${late}`);
  assert.is(plan.messages, warning + late);
  assert.is(plan.banner, BANNER);
  assert.is(plan.steps.length, 1);
});

test('a warning before the banner does not belong to it', () => {
  const warning = "clang: warning: unknown argument ignored: '-x'\n";
  const plan = parsePlan(`${warning}${BANNER}`);
  assert.is(plan.messages, warning);
  assert.is(plan.banner, BANNER);
});

test('no output, no plan', () => {
  assert.equal(parsePlan(''), { banner: '', steps: [], messages: '' });
});

test.run();
