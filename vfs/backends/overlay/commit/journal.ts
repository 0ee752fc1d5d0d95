// The journal of a commit: its steps, their text format, and validation when it is read back.
import type { Look, JournalTime } from '../layer/look.ts';
import type { PathNames } from '../layer/reach.ts';

/** The identity of the inode that a step expects at a path. */
export interface Mark {
  kind: number;
  /** The inode number; 0 if it is valid in this process only. */
  ino: number;
  /** Set if the file must not have been written to since. */
  mtime?: JournalTime;
}

/** Moves an entry to the staging directory, to be removed or renamed. */
export interface Out {
  do: 'out';
  path: PathNames;
  to: string;
  was: Mark;
  /** For a removed directory: the directories in it and itself, relative to it, with the mtimes of their entries. */
  dirs?: (readonly [path: PathNames, mtime: JournalTime])[];
}

/** Moves an entry from the staging directory to a free path. */
export interface In {
  do: 'in';
  from: string;
  path: PathNames;
  is: Mark;
}

/** Moves a file from the staging directory over another one, which is kept there: the path always exists. */
export interface Over {
  do: 'over';
  from: string;
  path: PathNames;
  to: string;
  was: Mark;
  is: Mark;
}

/**
 * Rewrites a file in place with the content of `from`; `old` has its former content. For files with other names or
 * owners.
 */
export interface Rewrite {
  do: 'write';
  path: PathNames;
  from: string;
  old: string;
  is: Mark;
}

/** Sets attributes. */
export interface Dress {
  do: 'dress';
  /** Its path and attributes before the commit; null for a new inode. */
  old: PathNames | null;
  was: Look | null;
  /** Its path and attributes after the commit; null for a removed inode. */
  path: PathNames | null;
  is: Look | null;
  mark: Mark;
  /** Permission bits added during the commit, so that its content can be changed. */
  opens: number;
}

export type JournalStep = Out | In | Over | Rewrite | Dress;

/** All steps of a commit, in order. */
export interface Journal {
  out: Out[];
  into: (In | Over)[];
  writes: Rewrite[];
  dresses: Dress[];
}

/** The first line, with the version of the format. */
const HEADER = 'wasi9p commit journal 1';
const END = 'end';

/** Formats a journal: a header, one line of JSON for each step, an end line. */
export function* linesOf({ out, into, writes, dresses }: Journal): Generator<string> {
  yield `${HEADER}\n`;
  for (const steps of [out, into, writes, dresses]) for (const step of steps) yield `${JSON.stringify(step)}\n`;
  yield `${END}\n`;
}

/** Parses a journal. Returns null if it is truncated or invalid, or a path leads out of the tree. */
export function parseJournal(text: string): Journal | null {
  const lines = text.split('\n');
  if (lines[0] !== HEADER || lines.at(-2) !== END || lines.at(-1) !== '') return null;
  const journal: Journal = { out: [], into: [], writes: [], dresses: [] };
  for (const line of lines.slice(1, -2)) {
    const step = stepOf(line);
    if (step === null) return null;
    if (step.do === 'out') journal.out.push(step);
    else if (step.do === 'in' || step.do === 'over') journal.into.push(step);
    else if (step.do === 'write') journal.writes.push(step);
    else journal.dresses.push(step);
  }
  return journal;
}

function stepOf(line: string): JournalStep | null {
  let step;
  try {
    step = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return null;
  }
  if (typeof step !== 'object' || step === null || !Object.hasOwn(CHECKS, String(step['do']))) return null;
  return CHECKS[String(step['do'])]!(step) ? (step as unknown as JournalStep) : null;
}

type StepFields = Record<string, unknown>;

/** The fields of each step. A path is an array of valid names, so that it cannot lead out of its directory. */
const CHECKS: Readonly<Record<string, (step: StepFields) => boolean>> = {
  out: ({ path, to, was, dirs }) =>
    isPath(path) && isStaged(to) && isMark(was) && (dirs === undefined || areDirs(dirs)),
  in: ({ from, path, is }) => isStaged(from) && isPath(path) && isMark(is),
  over: ({ from, path, to, was, is }) => isStaged(from) && isPath(path) && isStaged(to) && isMark(was) && isMark(is),
  write: ({ path, from, old, is }) => isPath(path) && isStaged(from) && isStaged(old) && isMark(is),
  dress: ({ old, was, path, is, mark, opens }) =>
    (old === null ? was === null : isWay(old) && isLook(was)) &&
    (path === null ? is === null : isWay(path) && isLook(is)) &&
    isMark(mark) &&
    isCount(opens),
};

function isName(name: unknown): boolean {
  return typeof name === 'string' && name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name);
}

/** True for a path, the root (empty) included. */
function isWay(path: unknown): boolean {
  return Array.isArray(path) && path.every(isName);
}

function isPath(path: unknown): boolean {
  return isWay(path) && (path as PathNames).length > 0;
}

function isStaged(name: unknown): boolean {
  return typeof name === 'string' && /^(new|old|mv)-\d+$/.test(name);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isTime(time: unknown): boolean {
  return Array.isArray(time) && time.length === 2 && time.every(Number.isSafeInteger);
}

function isMark(mark: unknown): boolean {
  if (typeof mark !== 'object' || mark === null) return false;
  const { kind, ino, mtime } = mark as Partial<Mark>;
  return isCount(kind) && isCount(ino) && (mtime === undefined || isTime(mtime));
}

function areDirs(dirs: unknown): boolean {
  const isDir = (dir: unknown): boolean => Array.isArray(dir) && dir.length === 2 && isWay(dir[0]) && isTime(dir[1]);
  return Array.isArray(dirs) && dirs.every(isDir);
}

function isLook(look: unknown): boolean {
  if (typeof look !== 'object' || look === null) return false;
  const { mode, atime, mtime, xattrs } = look as Partial<Look>;
  const isXattr = (pair: unknown): boolean =>
    Array.isArray(pair) && pair.length === 2 && typeof pair[0] === 'string' && /^([0-9a-f]{2})*$/.test(String(pair[1]));
  return (
    isCount(mode) &&
    isTime(atime) &&
    isTime(mtime) &&
    (xattrs === null || (Array.isArray(xattrs) && xattrs.every(isXattr)))
  );
}
