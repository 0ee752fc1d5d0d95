// Tries the reader of code blocks.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { anchorsOf, blocksOf, commandsOf, inlineCommands, isLike, linksOf } from './blocks.ts';

test('blocks have their line, language, name and text, and the reason not to run them', () => {
  const text = `# T

\`\`\`js a.mjs
one
\`\`\`

<!-- not run: it needs a browser -->
\`\`\`sh
two
\`\`\`

- in a list

  \`\`\`text
  three
    four
  \`\`\`
`;
  assert.equal(blocksOf(text), [
    { line: 4, language: 'js', name: 'a.mjs', text: 'one\n' },
    { line: 9, language: 'sh', name: '', text: 'two\n', notRun: 'it needs a browser' },
    { line: 15, language: 'text', name: '', text: 'three\n  four\n' },
  ]);
});

test('a block can have a condition, or be run by another', () => {
  assert.is(blocksOf('<!-- run by b.js -->\n```js a.js\n```\n')[0]!.byOther, true);
  assert.equal(blocksOf('<!-- if command -v deno; otherwise: no Deno -->\n```sh\ndeno\n```\n'), [
    { line: 3, language: 'sh', name: '', text: 'deno\n', notRun: 'no Deno', condition: 'command -v deno' },
  ]);
});

test('a comment can hold a file, or commands, and leave out all blocks', () => {
  assert.equal(blocksOf('<!-- file src/a.c\nint x;\n-->\n<!-- sh\nls\n-->\n'), [
    { line: 2, language: 'file', name: 'src/a.c', text: 'int x;\n' },
    { line: 5, language: 'sh', name: '', text: 'ls\n' },
  ]);
  const [block] = blocksOf('<!-- no block here is run: why -->\n\ntext\n\n```ts\nx\n```\n');
  assert.is(block!.notRun, 'why');
});

test('a block without an end, or without a fence, is an error', () => {
  assert.throws(() => blocksOf('```sh\nls\n'), 'line 1: the block does not end');
  assert.throws(() => blocksOf('text\n\n    npm ci\n'), /^line 3: an indented block/);
});

test('a console has commands, each with its output', () => {
  assert.equal(commandsOf('$ one \\\n  more\nout\n$ two\n'), [
    { command: 'one \\\n  more', output: 'out\n' },
    { command: 'two', output: '' },
  ]);
  assert.throws(() => commandsOf('out\n'), 'output before a command: out');
});

test('… stands for any output', () => {
  assert.ok(isLike('a 5 ms\nb\n', 'a … ms\nb\n'));
  assert.ok(isLike('a\nx\ny\nb\n', 'a\n…\nb\n'));
  assert.not(isLike('a (b)\n', 'a b\n'));
  assert.not(isLike('a\nb\n', 'a\n'));
});

test('commands, links and anchors are found outside of blocks', () => {
  const text =
    'Run `npm run gen`, see [a](b.md#c), [web](https://x.y), `[no](link)`.\n\n```\n[no](d.md) `npm x`\n```\n## A title: *of* `b`\n';
  assert.equal(inlineCommands(text), ['npm run gen']);
  assert.equal(linksOf(text), ['b.md#c']);
  assert.equal([...anchorsOf(text)], ['a-title-of-b']);
});

test.run();
