// The journal of a commit: its steps, their text format, and validation when it is read back.
import type { Look, Time } from '../layer/look.ts';
import type { Path } from '../layer/reach.ts';

/** What a step is to meet at a path: if it is another file, somebody else has been there. */
export interface Mark {
  kind: number;
  /** The file's number; 0 when it is not known beyond this process. */
  ino: number;
  /** Of a file that nobody is to have written to. */
  mtime?: Time;
}

/** Out of its place into the staging directory: what is removed, or what is to have another name. */
export interface Out {
  do: 'out';
  path: Path;
  to: string;
  was: Mark;
  /** Of a directory that is removed: those in it, as paths from it on, and when their entries last changed. */
  dirs?: (readonly [path: Path, mtime: Time])[];
}

/** Into its place, which is free. */
export interface In {
  do: 'in';
  from: string;
  path: Path;
  is: Mark;
}

/** Into the place of another file, which goes to the staging directory: the path never leads to nothing. */
export interface Over {
  do: 'over';
  from: string;
  path: Path;
  to: string;
  was: Mark;
  is: Mark;
}

/** A file that is others' too gets the content of `from`; it had that of `old`. */
export interface Write {
  do: 'write';
  path: Path;
  from: string;
  old: string;
  is: Mark;
}

/** Attributes. */
export interface Dress {
  do: 'dress';
  /** Where it is before the commit, and what it looks like there; null for what is made. */
  old: Path | null;
  was: Look | null;
  /** Where it is afterwards, and what it is to look like; null for what goes. */
  path: Path | null;
  is: Look | null;
  mark: Mark;
  /** Bits of the mode that it has meanwhile, so that there can be work in it. */
  opens: number;
}

export type Step = Out | In | Over | Write | Dress;

/** All steps of a commit, in their order. */
export interface Journal {
  out: Out[];
  into: (In | Over)[];
  writes: Write[];
  dresses: Dress[];
}

/** The first line; another version is another format. */
const HEADER = 'wasi9p commit journal 1';
const END = 'end';

/** The journal as text, in pieces: a header, a line of JSON for each step, an end. */
export function* linesOf({ out, into, writes, dresses }: Journal): Generator<string> {
  yield `${HEADER}\n`;
  for (const steps of [out, into, writes, dresses]) for (const step of steps) yield `${JSON.stringify(step)}\n`;
  yield `${END}\n`;
}

/** Reads a journal; null for what is none, or leads out of its directory. */
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

function stepOf(line: string): Step | null {
  let step;
  try {
    step = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return null;
  }
  if (typeof step !== 'object' || step === null || !Object.hasOwn(CHECKS, String(step['do']))) return null;
  return CHECKS[String(step['do'])]!(step) ? (step as unknown as Step) : null;
}

type Fields = Record<string, unknown>;

/** What each step must have. A path is names, each of which stays in its directory. */
const CHECKS: Readonly<Record<string, (step: Fields) => boolean>> = {
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

/** A path, the root's too. */
function isWay(path: unknown): boolean {
  return Array.isArray(path) && path.every(isName);
}

function isPath(path: unknown): boolean {
  return isWay(path) && (path as Path).length > 0;
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
