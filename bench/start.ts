// `npm run bench -- start`: how long a process takes from its start to its end, and how long the imports of the published
// modules take, in a fresh process each. Needs dist/ (`npm run build`).
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { ENTRIES } from '../build/project.mjs';
import { compile } from '../toolchain/compile.ts';
import { grid, writePart } from './part.ts';
import { machine } from './text.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BINARIES = join(ROOT, 'wasm-tests/runtimes/binaries/node_modules');
const DENO = ['run', '--allow-all', '--node-modules-dir=manual', '--cached-only'];

/** The runtimes: what runs a script. */
const RUNTIMES: readonly (readonly [name: string, command: readonly string[]])[] = [
  [`Node ${process.versions.node.split('.')[0]}`, [process.execPath]],
  ['Node 24', [join(BINARIES, 'node24/bin/node')]],
  ['Deno', [join(BINARIES, '@deno/linux-x64-glibc/deno'), ...DENO]],
  ['Bun', [join(BINARIES, '@oven/bun-linux-x64/bin/bun')]],
];

const HELLO = '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n';
const NODE_WASI = `import { WASI } from 'node:wasi';
import { readFileSync } from 'node:fs';
const wasi = new WASI({ version: 'preview1', args: ['hello'], returnOnExit: true });
const module = await WebAssembly.compile(readFileSync(process.argv[2]));
process.exitCode = wasi.start(await WebAssembly.instantiate(module, wasi.getImportObject()));
`;
const IMPORT = `const begin = performance.now();
await import(process.argv[2]);
console.log(performance.now() - begin);
`;

/** Limits: of a whole process as a multiple of node:wasi's, and of imports, ms. They are for Node. */
const MOST_RUN = 1.25;
const MOST_IMPORT: Readonly<Record<string, number>> = {
  index: 12,
  core: 6,
  ...Object.fromEntries(Object.keys(ENTRIES).flatMap((name) => (name.startsWith('backends/') ? [[name, 6]] : []))),
};

/** The command lines of the other rows: each command does a little, so that all of it is loaded. */
function commandLines(dir: string, wasm: string): string[][] {
  return [
    ['--version'],
    ['help'],
    ['run', '--dir', dir, wasm],
    ['run', '--overlay', `${dir}::/d`, '--diff', wasm],
    ['run', '--timeout', '10s', wasm],
    ['wasmtime', '--dir', dir, wasm],
    ['test', wasm],
    ['ls', dir],
    ['tree', dir],
    ['cat', join(dir, 'empty.mjs')],
    ['cp', join(dir, 'empty.mjs'), join(dir, 'copied')],
    ['cc', '--version'],
    ['commit', '--help'],
  ];
}

/** A row: the arguments of the runtime, and whether the process prints the figure itself. */
interface Row {
  readonly label: string;
  readonly args: readonly string[];
  readonly printed: boolean;
}

function rowsIn(dir: string): Row[] {
  const file = (name: string, text: string | Uint8Array): string => {
    fs.writeFileSync(join(dir, name), text);
    return join(dir, name);
  };
  const wasm = join(dir, 'hello.wasm');
  const importer = file('import.mjs', IMPORT);
  const imports = Object.keys(ENTRIES).map((name) => ({
    label: name === 'index' ? "import 'wasi9p'" : `import 'wasi9p/${name}'`,
    args: [importer, join(ROOT, `dist/${name}.js`)],
    printed: true,
  }));
  return [
    { label: 'an empty script', args: [file('empty.mjs', '')], printed: false },
    { label: 'hello, a node:wasi script', args: [file('node-wasi.mjs', NODE_WASI), wasm], printed: false },
    { label: 'hello, wasi9p run', args: [join(ROOT, 'dist/cli.js'), 'run', wasm], printed: false },
    ...commandLines(dir, wasm).map((words) => ({
      label: `wasi9p ${words.map((word) => (word.startsWith(dir) ? '…' : word)).join(' ')}`,
      args: [join(ROOT, 'dist/cli.js'), ...words],
      printed: false,
    })),
    ...imports,
  ];
}

/** Returns milliseconds; NaN if the runtime cannot do it. */
function measure([program = '', ...before]: readonly string[], { args, printed }: Row): number {
  const begin = performance.now();
  const { status, stdout } = spawnSync(program, [...before, ...args], { encoding: 'utf8', cwd: ROOT });
  const whole = performance.now() - begin;
  return status !== 0 ? NaN : printed ? Number(stdout) : whole;
}

function median(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  return times.some(Number.isNaN) ? NaN : sorted[sorted.length >> 1]!;
}

function report(
  rows: readonly Row[],
  names: readonly string[],
  medians: readonly (readonly number[])[],
  rounds: number,
): string {
  const cell = (ms: number, base: number): string => {
    if (Number.isNaN(ms)) return '—';
    return Number.isNaN(base) ? `${ms.toFixed(1)} ms` : `${ms.toFixed(1)} ms **${(ms / base).toFixed(2)}**`;
  };
  const lines = rows.map(({ label, printed }, i) => [
    label,
    ...medians.map((column) => cell(column[i]!, printed ? NaN : column[1]!)),
  ]);
  const [node = []] = medians;
  const ratio = node[2]! / node[1]!;
  const verdict = (met: boolean): string => (met ? 'met' : 'NOT met');
  const first = rows.findIndex(({ printed }) => printed);
  const slow = Object.keys(ENTRIES).flatMap((name, i) => {
    const most = MOST_IMPORT[name] ?? Infinity;
    const ms = node[first + i]!;
    return ms > most ? [`${name} ${ms.toFixed(1)} > ${most}`] : [];
  });
  return `# Start-up

From the start of a process to its end, and imports in a fresh process each. Medians of ${rounds} interleaved rounds, wall
time; in bold what it is of the node:wasi script's time on the same runtime. —: the runtime has no node:wasi. ${machine()}

- \`wasi9p run hello.wasm\` ≤ ${MOST_RUN} times a node:wasi script, on ${names[0]}: ${verdict(ratio <= MOST_RUN)} (${ratio.toFixed(2)}).
- Imports of \`wasi9p\` ≤ 12 ms, of the core and of each store ≤ 6 ms, on ${names[0]}: ${verdict(slow.length === 0)}${slow.length > 0 ? ` (${slow.join(', ')})` : ''}.

${grid(['start-up', ...names], lines)}

${weight()}
`;
}

/** The number of packages and bytes that `npm install wasi9p` installs, as a sentence. */
function weight(): string {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const { stdout } = spawnSync('npm', args, { cwd: ROOT, encoding: 'utf8' });
  const [{ unpackedSize, entryCount }] = JSON.parse(stdout) as [{ unpackedSize: number; entryCount: number }];
  const { dependencies = {} } = JSON.parse(fs.readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
  };
  const packages = 1 + Object.keys(dependencies).length;
  const megabytes = (unpackedSize / 1e6).toFixed(2);
  return `\`npm install wasi9p\` installs ${packages} package${packages === 1 ? '' : 's'}: ${entryCount} files, ${megabytes} MB (at most 5 packages and 3 MB).`;
}

const { argv } = process;
const at = argv.indexOf('--rounds');
const rounds = at < 0 ? 15 : Number(argv[at + 1]);
const dir = fs.mkdtempSync(join(tmpdir(), 'wasi9p-start-'));
try {
  const output = 'hello.wasm';
  const bytes = await compile({ sources: { 'hello.c': HELLO }, argv: ['-O1', 'hello.c', '-o', output], output });
  fs.writeFileSync(join(dir, output), bytes);
  const runtimes = RUNTIMES.filter(([, [program = '']]) => fs.existsSync(program));
  const rows = rowsIn(dir);
  const times = runtimes.map(() => rows.map((): number[] => []));
  for (let round = 0; round < rounds; round++) {
    for (const [i, row] of rows.entries()) {
      for (const [r, [, command]] of runtimes.entries()) times[r]![i]!.push(measure(command, row));
    }
  }
  const names = runtimes.map(([name]) => name);
  const text = report(
    rows,
    names,
    times.map((column) => column.map(median)),
    rounds,
  );
  console.log(text);
  if (argv.includes('--write')) writePart('start', text);
} finally {
  fs.rmSync(dir, { recursive: true });
}
