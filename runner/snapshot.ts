// Snapshots: NAME.stdout, NAME.stderr and NAME.tree beside a test, written by `--update` and compared afterwards.
import { createHash } from 'node:crypto';
import { closeSync, constants, lstatSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { quoteIfNeeded } from '../vfs/lib/quote.ts';
import type { ChangedFile } from './files.ts';
import type { FoundTest } from './find.ts';
import type { Outcome } from './job.ts';

/** A changed file in one line, `A /path`; a path with characters that could forge a line is in double quotes. */
export function lineOf({ letter, path }: ChangedFile): string {
  return `${letter} ${quoteIfNeeded(path)}`;
}

/**
 * The text of NAME.tree: one line for each changed file, sorted by path; for a regular file that is there with its size
 * in bytes and the SHA-256 of its data.
 */
export function treeText(changes: readonly ChangedFile[]): string {
  const lines = changes.map((change) => {
    const bytes = change.read();
    if (bytes === null) return lineOf(change);
    return `${lineOf(change)} ${bytes.length} ${createHash('sha256').update(bytes).digest('hex')}`;
  });
  return lines.map((line) => `${line}\n`).join('');
}

/** Not through a symlink, where the system can tell. */
const WRITE = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | (constants.O_NOFOLLOW ?? 0);

function write(path: string, data: Uint8Array): void {
  const fd = openSync(path, WRITE);
  try {
    writeFileSync(fd, data);
  } finally {
    closeSync(fd);
  }
}

/** The endings of the snapshots of a test. */
export const ENDINGS = ['stdout', 'stderr', 'tree'] as const;

/**
 * Writes the snapshots of a test that ended by itself: its stdout and stderr unless the specification holds them, and its
 * changed files. Empty ones are left out and removed, but at least one is written, for the others to be compared, too.
 * @returns The paths written or removed.
 * @throws Error if one cannot be written, also because it is a symlink: what that leads to may not be a snapshot.
 */
export function updateSnapshots(
  { file, spec, given }: Pick<FoundTest, 'file' | 'spec' | 'given'>,
  outcome: Outcome,
): string[] {
  const stem = file.replace(/\.[^.]*$/, '');
  const changed: string[] = [];
  const put = (ending: (typeof ENDINGS)[number], data: Uint8Array, always: boolean): void => {
    const path = `${stem}.${ending}`;
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat?.isSymbolicLink() === true) throw new Error(`${path} is a symlink: replace it by a file, or remove it`);
    const old = stat === undefined ? null : readFileSync(path);
    const isLeftOut = data.length === 0 && !always;
    if (isLeftOut ? old === null : old?.equals(data) === true) return;
    // Another run may have removed it.
    if (isLeftOut) rmSync(path, { force: true });
    else write(path, data);
    changed.push(path);
  };
  if (given.stdout === null) put('stdout', outcome.stdout, true);
  if (given.stderr === null) put('stderr', outcome.stderr, false);
  put('tree', new TextEncoder().encode(outcome.tree ?? spec.tree ?? ''), given.stdout !== null);
  return changed;
}
