import { GETATTR_BASIC, S_IFDIR, S_IFMT } from '../9p/constants.ts';
import { E } from '../errno.ts';
import { pathOf, type PathLike } from './arguments.ts';
import { copyTree, type CopyOptions } from './copy-tree.ts';
import { check, fsError, refusal } from './errors.ts';
import { NameCalls } from './name-calls.ts';
import { join } from './path-text.ts';

export interface RemoveOptions {
  /** What is not there is no error. */
  force?: boolean;
  recursive?: boolean;
}

/** The calls of node:fs on whole trees. */
export class TreeCalls extends NameCalls {
  rmSync(path: PathLike, options: RemoveOptions = {}): void {
    const text = pathOf(path);
    const errno = this.rooted.stat(text, false, GETATTR_BASIC);
    if (errno === E.ENOENT && options.force === true) return;
    check(errno, 'lstat', text);
    if ((this.rooted.found.r.mode & S_IFMT) !== S_IFDIR) return this.removeFile(text);
    if (options.recursive !== true) {
      throw refusal('ERR_FS_EISDIR', 'Path is a directory', E.EISDIR, 'is a directory', 'rm', text);
    }
    return this.removeTree(text);
  }

  /** `recursive` is deprecated by Node in favour of `rm`: unlike there, what is no directory is refused. */
  override rmdirSync(path: PathLike, options: { recursive?: boolean } = {}): void {
    if (options.recursive !== true) return super.rmdirSync(path);
    const text = pathOf(path);
    check(this.rooted.stat(text, false, GETATTR_BASIC), 'lstat', text);
    if ((this.rooted.found.r.mode & S_IFMT) !== S_IFDIR) throw fsError(E.ENOTDIR, 'rmdir', text);
    return this.removeTree(text);
  }

  /** What another process has removed meanwhile is gone as it should be. */
  private removeFile(path: string): void {
    const errno = this.rooted.unlink(path);
    if (errno !== E.ENOENT) check(errno, 'unlink', path);
  }

  private removeTree(path: string): void {
    for (const { name, kind } of this.entries(path)) {
      if (kind === S_IFDIR) this.removeTree(join(path, name));
      else this.removeFile(join(path, name));
    }
    const errno = this.rooted.rmdir(path);
    if (errno !== E.ENOENT) check(errno, 'rmdir', path);
  }

  /** Copies a file, a symlink or, with `recursive`, a directory. */
  cpSync(src: PathLike, dest: PathLike, options: CopyOptions = {}): void {
    copyTree(this, pathOf(src, 'src'), pathOf(dest, 'dest'), options);
  }
}
