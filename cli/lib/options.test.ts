// Tries the option parser.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { UsageError, helpLines, parseOptions, type Option } from './options.ts';

const TABLE: readonly Option[] = [
  { name: 'dir', value: 'HOST', many: true, also: ['mapdir'], help: 'a directory\nand more of it' },
  { name: 'trace', value: 'FILE', optional: true, help: 'a trace' },
  { name: 'all', letter: 'a', help: 'all' },
  { name: 'help', help: 'this' },
];

function parse(...argv: string[]) {
  const { options, rest } = parseOptions(TABLE, argv);
  return { options: Object.fromEntries(options), rest };
}

function refused(...argv: string[]): string {
  try {
    parseOptions(TABLE, argv);
  } catch (error) {
    assert.instance(error, UsageError);
    return (error as Error).message;
  }
  return 'accepted';
}

test('options end at the first operand', () => {
  assert.equal(parse('--dir', 'a', 'prog', '--dir', 'b'), { options: { dir: ['a'] }, rest: ['prog', '--dir', 'b'] });
  assert.equal(parse('--', '--dir'), { options: {}, rest: ['--dir'] });
  assert.equal(parse('-', 'x'), { options: {}, rest: ['-', 'x'] });
});

test('a value follows the option or an =', () => {
  assert.equal(parse('--dir=a=b', '--dir', 'c').options, { dir: ['a=b', 'c'] });
  assert.equal(parse('--trace', 'prog'), { options: { trace: [''] }, rest: ['prog'] });
  assert.equal(parse('--trace=x').options, { trace: ['x'] });
  assert.equal(parse('-h').options, { help: [''] });
});

test('letters, alone and together', () => {
  assert.equal(parse('-a', 'prog', '-a').options, { all: [''] });
  assert.equal(parse('-ah').options, { all: [''], help: [''] });
  assert.match(refused('-ax'), /Unknown option -x\./);
  assert.match(refused('-d'), /Unknown option -d/);
});

test('options may follow operands if the command allows it', () => {
  const { options, rest } = parseOptions(TABLE, ['x', '-a', 'y', '--dir', 'z', '-', '--', '-b'], { mixed: true });
  assert.equal([Object.fromEntries(options), rest], [{ all: [''], dir: ['z'] }, ['x', 'y', '-', '-b']]);
});

test('a mistyped option has a suggestion', () => {
  assert.is(refused('--dri'), 'Unknown option --dri: did you mean --dir HOST?');
  assert.is(refused('--Help'), 'Unknown option --Help: did you mean --help?');
  assert.is(refused('--tracee=x'), 'Unknown option --tracee: did you mean --trace[=FILE]?');
  assert.is(refused('-dir', '.'), 'Unknown option -dir: did you mean --dir HOST?');
  assert.is(refused('-all'), 'Unknown option -all: did you mean --all?');
  assert.is(refused('--mapdir', '/a::.'), 'Unknown option --mapdir: did you mean --dir HOST?');
  assert.is(refused('--zzz'), 'Unknown option --zzz.');
  assert.is(refused('-A'), 'Unknown option -A: did you mean -a?');
});

test('a value is not empty, not another option, and not a second one', () => {
  assert.is(refused('--dir='), '--dir= has no value: write --dir HOST.');
  assert.is(refused('--dir', ''), "--dir '' has an empty value: write --dir HOST.");
  assert.is(refused('--trace='), '--trace= has no value: write --trace[=FILE].');
  assert.is(refused('--dir', '--all'), '--dir needs a value, not the option --all: write --dir HOST.');
  assert.is(refused('--dir', '--trace=x'), '--dir needs a value, not the option --trace=x: write --dir HOST.');
  assert.is(refused('--dir', '--', 'x'), '--dir needs a value, not --: write --dir HOST.');
  assert.equal(parse('--dir', '--other', '--dir=--all').options, { dir: ['--other', '--all'] });
  assert.is(refused('--trace=a', '--trace'), '--trace is given twice, with different values: give it once.');
  assert.equal(parse('--trace=a', '--trace=a', '--help', '--help').options.trace, ['a', 'a']);
});

test('a usage error is a sentence', () => {
  assert.match(refused('--nothing'), /Unknown option --nothing/);
  assert.match(refused('-x'), /Unknown option -x/);
  assert.is(refused('--dir'), '--dir needs a value: write --dir HOST.');
  assert.is(refused('--help=1'), '--help takes no value: leave out =1.');
});

test('the help is aligned', () => {
  assert.is(
    helpLines(TABLE),
    [
      '  --dir HOST      a directory',
      '                  and more of it',
      '  --trace[=FILE]  a trace',
      '  -a, --all       all',
      '  --help          this',
    ].join('\n'),
  );
});

test.run();
