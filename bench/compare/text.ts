// The tables of a comparison: the sums in README.md, each check in docs/compare.md.
import { grid } from '../part.ts';
import type { Check } from './checks.ts';

/** The results of one host. */
export interface Outcome {
  readonly label: string;
  /** '' for each check that passed, otherwise the reason; in the order of the checks. */
  readonly reasons: readonly string[];
}

const BEGIN = '<!-- compare: written by `npm run compare -- --write`, do not edit -->';
const END = '<!-- end of compare -->';

/** The number of checks that a host passes. */
export function passed({ reasons }: Outcome): number {
  return reasons.filter((reason) => reason === '').length;
}

/** A row of README.md. */
export function sumRow(outcome: Outcome): string {
  return `| ${outcome.label} | ${passed(outcome)} |`;
}

/** The table of README.md. */
export function sums(checks: readonly Check[], outcomes: readonly Outcome[]): string {
  return [`| ${checks.length} checks that Linux passes | passed |`, '|---|---:|', ...outcomes.map(sumRow)].join('\n');
}

/** README.md with the table in the place of the one before. @throws Error without such a place */
export function withSums(document: string, table: string): string {
  const from = document.indexOf(BEGIN);
  const to = document.indexOf(END);
  if (from < 0 || to < from) throw new Error(`README.md has no place between ${BEGIN} and ${END}`);
  return `${document.slice(0, from)}${BEGIN}\n\n${table}\n\n${document.slice(to)}`;
}

/** The row of a check in docs/compare.md: + for a pass, − for a failure. */
export function checkRow(checks: readonly Check[], i: number, outcomes: readonly Outcome[]): string[] {
  return [`${i + 1}. ${checks[i]!.title}`, ...outcomes.map(({ reasons }) => (reasons[i] === '' ? '+' : '−'))];
}

/** The text of docs/compare.md. */
export function page(
  checks: readonly Check[],
  outcomes: readonly Outcome[],
  versions: string,
  leftOut: readonly string[],
): string {
  const head = ['', ...outcomes.map(({ label }) => label)];
  const lines = checks.map((_, i) => checkRow(checks, i, outcomes));
  return `# A file system as on Linux: ${checks.length} checks

Written by \`npm run compare -- --write\`, do not edit. One C program, \`bench/program/checks.c\`, makes the checks. clang
compiles it for WASI, gcc for Linux, which passes them all. Each check is a process of its own, in an empty directory.
+ is a pass, − a failure, with the condition that did not hold below. ${versions}

${grid(head, [...lines, ['**passed**', ...outcomes.map((outcome) => String(passed(outcome)))]])}

${outcomes.map(failures).join('')}## Left out

${leftOut.map((sentence) => `- ${sentence}`).join('\n')}
`;

  function failures({ label, reasons }: Outcome): string {
    const items = checks.flatMap(({ name }, i) =>
      reasons[i] === '' ? [] : `- ${i + 1}, \`${name}\`: \`${reasons[i]}\``,
    );
    return items.length === 0 ? '' : `## Failures of ${label}\n\n${items.join('\n')}\n\n`;
  }
}
