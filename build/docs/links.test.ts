// The links and the commands that are named in README.md and docs/ exist, in the package as it is published.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { COMMANDS } from '../../cli/command.ts';
import { ROOT } from '../project.mjs';
import { anchorsOf, inlineCommands, linksOf } from './blocks.ts';

// The report of the public types is for reviews of a change: 110 KB that the package does without.
const IN_DOCS = readdirSync(join(ROOT, 'docs')).filter((file) => file.endsWith('.md') && file !== 'api-surface.md');
const DOCUMENTS = [
  ...['README.md', 'CONTRIBUTING.md', 'RATIONALE.md', 'CHANGELOG.md', 'SECURITY.md', 'examples/README.md'],
  ...IN_DOCS.map((file) => `docs/${file}`),
];

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** The files of the package, whether dist/ is built or not. */
function packedFiles(): Set<string> {
  const args = ['pack', '--ignore-scripts', '--dry-run', '--json'];
  const [packed] = JSON.parse(execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8' })) as [
    { files: { path: string }[] },
  ];
  return new Set(packed.files.map(({ path }) => path));
}

test('each relative link leads to a file of the package, and each anchor to a heading', () => {
  const packed = packedFiles();
  const wrong: string[] = [];
  for (const file of DOCUMENTS) {
    assert.ok(packed.has(file), `${file} is not in the package: add it to "files" of package.json`);
    for (const link of linksOf(read(file))) {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? file : posix.join(posix.dirname(file), path);
      if (!packed.has(target)) wrong.push(`${file}: ${link}`);
      else if (anchor !== undefined && !anchorsOf(read(target)).has(anchor))
        wrong.push(`${file}: ${link} (no heading)`);
    }
  }
  assert.equal(wrong, []);
});

const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
const OF_NPM = new Set(['ci', 'install', 'pack', 'start', 'test']);
const CHECKS = new Set(Array.from(read('build.mjs').matchAll(/^ {2}(\w+): \[/gm), ([, name = '']) => name));

/** Returns the reason against running a command; '' if there is none. */
function wrongIn(command: string): string {
  const [program, first = '', second = ''] = command.replace(/^npx /, '').split(/[ ,]+/);
  if (program === 'wasi9p')
    return first.endsWith('.wasm') || COMMANDS.some(({ name }) => name === first) ? '' : `no command ${first}`;
  if (program === 'npm' && first === 'run') return second in scripts ? '' : `no script ${second}`;
  if (program === 'npm') return OF_NPM.has(first) ? '' : `npm ${first}`;
  if (first === 'build.mjs') return second === '' || CHECKS.has(second) ? '' : `no check ${second}`;
  return '';
}

test('each command that is named exists', () => {
  const wrong = DOCUMENTS.filter((file) => file !== 'CHANGELOG.md').flatMap((file) =>
    inlineCommands(read(file)).flatMap((command) =>
      wrongIn(command) === '' ? [] : [`${file}: ${command}: ${wrongIn(command)}`],
    ),
  );
  assert.equal(wrong, []);
  assert.ok(CHECKS.has('gen') && CHECKS.has('size'), 'the checks of build.mjs are not found');
});

test('a command that does not exist is found', () => {
  assert.equal(['npm run no-such', 'node build.mjs no-such', 'npx wasi9p no-such x', 'npm publish'].map(wrongIn), [
    'no script no-such',
    'no check no-such',
    'no command no-such',
    'npm publish',
  ]);
  assert.equal(['npm run gen', 'node build.mjs size --parts', 'wasi9p help run', 'npm test -- WORD'].map(wrongIn), [
    '',
    '',
    '',
    '',
  ]);
});

test.run();
