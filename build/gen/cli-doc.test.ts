// Tries the translation of a command's help into Markdown.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cliDoc, markdownOf } from './cli-doc.ts';
import { COMMANDS } from '../../cli/command.ts';

test('usage is text, options are a table, the rest is prose', () => {
  const help = `Usage: wasi9p x [OPTIONS]
       wasi9p y a|b

Does what
it must, with --diff.

  -l, --long       Long,
                   and more.
  --mem GUEST[=N]  Memory a|b.

The end.
`;
  assert.is(
    markdownOf(help),
    `\`\`\`text
wasi9p x [OPTIONS]
wasi9p y a|b
\`\`\`

Does what it must, with \`--diff\`.

| option | |
|---|---|
| \`-l, --long\` | Long, and more. |
| \`--mem GUEST[=N]\` | Memory a\\|b. |

The end.`,
  );
});

test('a line of an unknown form is an error', () => {
  assert.throws(() => markdownOf('  --a  b\n  c\n'), /unknown form: {3}c/);
});

test('each command has a section, with its options', async () => {
  const text = await cliDoc();
  for (const { name } of COMMANDS) assert.match(text, `\`${name}`);
  assert.match(text, '| `--overlay HOST::GUEST` |');
  assert.match(text, '## cc, c++\n');
});

test.run();
