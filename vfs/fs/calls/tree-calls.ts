// The calls of node:fs on whole trees: rm, rmdir and cp.
import { GETATTR_BASIC } from '../../9p/constants.ts';
import { S_IFDIR, S_IFMT } from '../../linux/constants.ts';
import { E } from '../../linux/errno.ts';
import { booleansIn, pathOf, type PathLike } from '../values/arguments.ts';
import { checkCopyOptions, copyTree, type CopyOptions } from './copy-tree.ts';
import { check, fsError, refusal } from '../values/errors.ts';
import { NameCalls } from './name-calls.ts';
import { join } from '../values/path-text.ts';

export interface RemoveOptions {
  /** A missing file is not an error. */
  force?: boolean;
  recursive?: boolean;
}

/** The calls of node:fs on whole trees. */
export class TreeCalls extends NameCalls {
  rmSync(path: PathLike, options: RemoveOptions = {}): void {
    const text = pathOf(path);
    booleansIn(options, 'force', 'recursive');
    const errno = this.rooted.stat(text, false, GETATTR_BASIC, this.status);
    if (errno === E.ENOENT && options.force === true) return;
    check(errno, 'lstat', text);
    if ((this.status.attributes.mode & S_IFMT) !== S_IFDIR) return this.removeFile(text);
    if (options.recursive !== true) {
      throw refusal('ERR_FS_EISDIR', 'Path is a directory', E.EISDIR, 'is a directory', 'rm', text);
    }
    return this.removeTree(text);
  }

  /** `recursive` is deprecated by Node in favour of `rm`: unlike there, a non-directory is refused. */
  override rmdirSync(path: PathLike, options: { recursive?: boolean } = {}): void {
    booleansIn(options, 'recursive');
    if (options.recursive !== true) return super.rmdirSync(path);
    const text = pathOf(path);
    check(this.rooted.stat(text, false, GETATTR_BASIC, this.status), 'lstat', text);
    if ((this.status.attributes.mode & S_IFMT) !== S_IFDIR) throw fsError(E.ENOTDIR, 'rmdir', text);
    return this.removeTree(text);
  }

  /** Ignores files that another process has removed meanwhile. */
  private removeFile(path: string): void {
    const errno = this.rooted.unlink(path);
    if (errno !== E.ENOENT) check(errno, 'unlink', path);
  }

  /** By a list and no recursion: a tree may be deeper than the stack. */
  private removeTree(path: string): void {
    const levels = [{ path, entries: this.entries(path) }];
    for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
      const entry = level.entries.pop();
      if (entry === undefined) {
        const errno = this.rooted.rmdir(level.path);
        if (errno !== E.ENOENT) check(errno, 'rmdir', level.path);
        levels.pop();
        continue;
      }
      const child = join(level.path, entry.name);
      if (entry.kind === S_IFDIR) levels.push({ path: child, entries: this.entries(child) });
      else this.removeFile(child);
    }
  }

  /** Copies a file, a symlink or, with `recursive`, a directory. */
  cpSync(src: PathLike, dest: PathLike, options: CopyOptions = {}): void {
    checkCopyOptions(options);
    copyTree(this, pathOf(src, 'src'), pathOf(dest, 'dest'), options);
  }
}
