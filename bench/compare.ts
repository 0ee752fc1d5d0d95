// `npm run compare`: file-system checks that Linux passes, on wasi9p and on other WASI hosts.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { columnOf, comparedKeys, type Column } from './calls/columns.ts';
import { MAIN, checksOf, runCheck, type Check } from './compare/checks.ts';
import { page, passed, sums, withSums, type Outcome } from './compare/text.ts';
import { compileProgram, type Program } from './program.ts';
import { INSTALL } from './hosts/lib/peers.ts';

const HELP = `npm run compare -- [--write]

Makes the checks of bench/program/${MAIN} on Linux, on wasi9p and on other WASI hosts, and prints a line for each.
The other hosts are installed by: ${INSTALL}

  --write   writes docs/compare.md, and the table in README.md
`;

const PEERS = ['@tybys/wasm-util', '@runno/wasi', '@wasmer/wasi'];

/** Hosts that were looked at and not run. */
const LEFT_OUT = [
  'uwasi 1.1.0: it has no `path_` function, so no file can be opened.',
  'wasmtime: no npm package brings its binary.',
  '@wasmer/sdk: it runs packages of its own format in workers, and does not take a module with the import that reports the result.',
];

function outcomeOf(column: Column, checks: readonly Check[], program: Program): Outcome {
  const reasons = checks.map((check, i) => {
    const reason = runCheck(check, column, program);
    console.log(
      `${reason === '' ? 'ok  ' : 'FAIL'} ${column.label}: ${i + 1}. ${check.title}${reason && `: ${reason}`}`,
    );
    return reason;
  });
  return { label: column.label, reasons };
}

/** The versions that were compared. */
function versions(): string {
  const packages = { '../node_modules/': ['@bjorn3/browser_wasi_shim', 'memfs'], 'peers/node_modules/': PEERS };
  const found = Object.entries(packages).flatMap(([dir, names]) =>
    names.map((name) => `${name} ${versionOf(`${dir}${name}/package.json`)}`),
  );
  return `Node ${process.versions.node}, ${found.join(', ')}.`;
}

function versionOf(file: string): string {
  return (JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as { version: string }).version;
}

async function compare(write: boolean): Promise<void> {
  const found = comparedKeys.map(columnOf);
  const columns = found.filter((column) => typeof column !== 'string');
  const missing = found.filter((column) => typeof column === 'string');
  if (write && missing.length > 0) throw new Error(`The tables need every host. ${missing.join(' ')}`);
  const checks = checksOf();
  const program = await compileProgram(
    columns.some(({ script }) => script === null),
    MAIN,
  );
  const outcomes = columns.map((column) => outcomeOf(column, checks, program));
  console.log(`\n${sums(checks, outcomes)}`);
  for (const sentence of missing) console.log(sentence);
  if (write) {
    const readme = fileURLToPath(new URL('../README.md', import.meta.url));
    writeFileSync(readme, withSums(readFileSync(readme, 'utf8'), sums(checks, outcomes)));
    const file = fileURLToPath(new URL('../docs/compare.md', import.meta.url));
    writeFileSync(file, page(checks, outcomes, versions(), LEFT_OUT));
  }
  // The others' failures are findings; ours, or Linux's, are mistakes.
  const ours = new Set(columns.filter(({ kind }) => kind === 'ours' || kind === 'native').map(({ label }) => label));
  if (outcomes.some((outcome) => ours.has(outcome.label) && passed(outcome) < checks.length)) process.exitCode = 1;
}

const argv = process.argv.slice(2);
const unknown = argv.find((word) => word !== '--write' && word !== '--help');
if (unknown !== undefined) {
  console.error(`Unknown option ${unknown}.\n\n${HELP}`);
  process.exitCode = 2;
} else if (argv.includes('--help')) console.log(HELP);
else await compare(argv.includes('--write'));
