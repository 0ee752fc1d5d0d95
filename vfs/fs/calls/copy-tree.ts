// `cp` of node:fs and node:fs/promises.
import { cleanName } from '../../lib/clean-name.ts';
import { E } from '../../linux/errno.ts';
import { booleansIn } from '../values/arguments.ts';
import { badArgument, refusal, type FsError } from '../values/errors.ts';
import type { NameCalls } from './name-calls.ts';
import { join, parentOf } from '../values/path-text.ts';
import type { Stats } from '../values/stats.ts';

/** As of `cp` of node:fs. */
export interface CopyOptions {
  /** Copies what symlinks lead to. */
  dereference?: boolean;
  /** With `force: false`, a file that is there already is an error. */
  errorOnExist?: boolean;
  /** Files for which it returns false are not copied. */
  filter?: (src: string, dest: string) => boolean;
  /** Replaces existing files. Default true. */
  force?: boolean;
  /** The mode of copyFile. */
  mode?: number;
  preserveTimestamps?: boolean;
  recursive?: boolean;
  /** Copies symlinks as they are; otherwise relative targets are made absolute. */
  verbatimSymlinks?: boolean;
}

/** As of `cp` of node:fs/promises, which waits for what the filter promises. */
export interface PromisedCopyOptions extends Omit<CopyOptions, 'filter'> {
  filter?: (src: string, dest: string) => boolean | Promise<boolean>;
}

/** @throws TypeError ERR_INVALID_ARG_TYPE. */
export function checkCopyOptions(options: CopyOptions | PromisedCopyOptions): void {
  booleansIn(options, 'dereference', 'errorOnExist', 'force', 'preserveTimestamps', 'recursive', 'verbatimSymlinks');
  const { filter } = options;
  if (filter !== undefined && typeof filter !== 'function')
    throw badArgument('ERR_INVALID_ARG_TYPE', 'The "options.filter" property must be of type function.');
}

const INVALID = 'Invalid src or dest';

/** A copy that stops at each call of the filter, and continues with its answer. */
type Copying = Generator<boolean | Promise<boolean>, void, boolean>;

/** `cp` of node:fs. @throws TypeError ERR_INVALID_RETURN_VALUE for a filter that promises. */
export function copyTree(fs: NameCalls, src: string, dest: string, options: CopyOptions): void {
  const copying = copy(fs, src, dest, options);
  for (let step = copying.next(); step.done !== true;) {
    const answer = step.value;
    if (answer instanceof Promise) {
      throw badArgument('ERR_INVALID_RETURN_VALUE', 'Expected boolean to be returned from the "filter" function.');
    }
    step = copying.next(answer);
  }
}

/** `cp` of node:fs/promises. */
export async function copyTreeWaiting(
  fs: NameCalls,
  src: string,
  dest: string,
  options: PromisedCopyOptions,
): Promise<void> {
  const copying = copy(fs, src, dest, options);
  for (let step = copying.next(); step.done !== true;) step = copying.next(await step.value);
}

function* copy(fs: NameCalls, src: string, dest: string, options: PromisedCopyOptions): Copying {
  const stat = checkPaths(fs, src, dest, options);
  checkParents(fs, src, dest, stat);
  if (options.filter !== undefined && !(yield options.filter(src, dest))) return;
  const parent = parentOf(dest);
  if (!fs.existsSync(parent)) fs.mkdirSync(parent, { recursive: true });
  yield* copyAny(fs, src, dest, stat, options);
}

function statOf(fs: NameCalls, path: string, options: PromisedCopyOptions): Stats {
  return options.dereference === true ? fs.statSync(path) : fs.lstatSync(path);
}

function existing(fs: NameCalls, path: string, options: PromisedCopyOptions): Stats | undefined {
  const find = { throwIfNoEntry: false } as const;
  return options.dereference === true ? fs.statSync(path, find) : fs.lstatSync(path, find);
}

/** Checks that `src` can be copied to `dest`. Returns the attributes of `src`. */
function checkPaths(fs: NameCalls, src: string, dest: string, options: PromisedCopyOptions): Stats {
  const from = statOf(fs, src, options);
  const to = existing(fs, dest, options);
  if (to !== undefined) {
    if (isSame(from, to)) throw refuse('EINVAL', INVALID, E.EINVAL, 'src and dest cannot be the same', dest);
    if (from.isDirectory() && !to.isDirectory()) {
      const why = `cannot overwrite non-directory ${dest} with directory ${src}`;
      throw refuse('DIR_TO_NON_DIR', 'Cannot overwrite non-directory with directory', E.EISDIR, why, dest);
    }
    if (!from.isDirectory() && to.isDirectory()) {
      const why = `cannot overwrite directory ${dest} with non-directory ${src}`;
      throw refuse('NON_DIR_TO_DIR', 'Cannot overwrite directory with non-directory', E.ENOTDIR, why, dest);
    }
  }
  return from;
}

/** True if `dest` would be inside the directory `src`, by any path. */
function checkParents(fs: NameCalls, src: string, dest: string, from: Stats): void {
  if (!from.isDirectory()) return;
  for (let path = parentOf(dest); ; path = parentOf(path)) {
    const stat = fs.statSync(path, { throwIfNoEntry: false });
    if (stat !== undefined) {
      if (isSame(from, stat)) throw intoItself(src, dest);
      const real = fs.realpathSync(path);
      if (`${real}/`.startsWith(`${fs.realpathSync(src)}/`)) throw intoItself(src, dest);
      return;
    }
    if (path === '/' || path === '.') return;
  }
}

function intoItself(src: string, dest: string): FsError {
  return refuse('EINVAL', INVALID, E.EINVAL, `cannot copy ${src} to a subdirectory of self ${dest}`, dest);
}

/** By a list and no recursion: a tree may be deeper than the stack. */
function* copyAny(fs: NameCalls, src: string, dest: string, stat: Stats, options: PromisedCopyOptions): Copying {
  const levels: Level[] = [];
  copyOne(fs, { src, dest, stat }, options, levels);
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const name = level.names.pop();
    if (name === undefined) {
      if (level.isNew) fs.chmodSync(level.dest, level.stat.mode & 0o7777);
      levels.pop();
      continue;
    }
    const [from, to] = [join(level.src, name), join(level.dest, name)];
    if (options.filter !== undefined && !(yield options.filter(from, to))) continue;
    copyOne(fs, { src: from, dest: to, stat: checkPaths(fs, from, to, options) }, options, levels);
  }
}

/** Source, destination and attributes of a file to copy. */
interface Pair {
  src: string;
  dest: string;
  stat: Stats;
}

/** A directory that is being copied: the names that are left, the next one last. */
interface Level extends Pair {
  isNew: boolean;
  names: string[];
}

/** Copies one file, or makes a directory and puts it on the list. */
function copyOne(fs: NameCalls, pair: Pair, options: PromisedCopyOptions, levels: Level[]): void {
  const { src, dest, stat } = pair;
  if (stat.isDirectory()) levels.push(directory(fs, pair, options));
  else if (stat.isSymbolicLink()) copySymlink(fs, src, dest, options);
  else if (stat.isFile()) copyFile(fs, src, dest, stat, options);
  else throw notCopied(stat, dest);
}

function notCopied(stat: Stats, dest: string): FsError {
  const [code, what] = stat.isFIFO()
    ? ['FIFO_PIPE', 'a FIFO pipe']
    : stat.isSocket()
      ? ['SOCKET', 'a socket file']
      : ['UNKNOWN', 'an unknown file type'];
  return refuse(code!, `Cannot copy ${what}`, E.EINVAL, `cannot copy ${what}: ${dest}`, dest);
}

function directory(fs: NameCalls, pair: Pair, options: PromisedCopyOptions): Level {
  const { src, dest } = pair;
  if (options.recursive !== true) {
    throw refusal('ERR_FS_EISDIR', 'Path is a directory', E.EINVAL, `${src} is a directory (not copied)`, 'cp', src);
  }
  const isNew = !fs.existsSync(dest);
  if (isNew) fs.mkdirSync(dest);
  return { ...pair, isNew, names: fs.readdirSync(src).reverse() };
}

function copyFile(fs: NameCalls, src: string, dest: string, stat: Stats, options: PromisedCopyOptions): void {
  if (existing(fs, dest, options) !== undefined) {
    if (options.force === false) {
      if (options.errorOnExist !== true) return;
      throw refuse('EEXIST', 'Target already exists', E.EEXIST, `${dest} already exists`, dest);
    }
    fs.unlinkSync(dest);
  }
  fs.copyFileSync(src, dest, options.mode);
  if (options.preserveTimestamps === true) {
    const { atimeNs, mtimeNs } = fs.statSync(src, { bigint: true });
    fs.utimesSync(dest, atimeNs, mtimeNs);
  }
  fs.chmodSync(dest, stat.mode & 0o7777);
}

function copySymlink(fs: NameCalls, src: string, dest: string, options: PromisedCopyOptions): void {
  let target = fs.readlinkSync(src);
  if (options.verbatimSymlinks !== true && !target.startsWith('/')) {
    target = cleanName(`/${join(parentOf(src), target)}`);
  }
  if (fs.lstatSync(dest, { throwIfNoEntry: false })?.isSymbolicLink() === true) fs.unlinkSync(dest);
  fs.symlinkSync(target, dest);
}

function isSame(a: Stats, b: Stats): boolean {
  return a.ino === b.ino && a.dev === b.dev;
}

function refuse(code: string, what: string, errno: number, why: string, path: string): FsError {
  return refusal(`ERR_FS_CP_${code}`, what, errno, why, 'cp', path);
}
