// `wasi9p cp`: checks its operands, plans the copy and runs it.
import { E } from '../../vfs/linux/errno.ts';
import { fsError } from '../../vfs/fs/values/errors.ts';
import type { FileSystem } from '../../vfs/fs/index.ts';
import { join, nameOf, parentOf } from '../../vfs/fs/values/path-text.ts';
import { Copier } from '../copy/copier.ts';
import { Handle } from '../copy/handle.ts';
import { isSame } from '../copy/identity.ts';
import { tell } from '../lib/output.ts';
import type { Place } from '../mounts/place.ts';
import { CopyPlan, RootItem, found, itemPath, type Failed } from '../copy/copy-plan.ts';
import { Progress } from '../copy/progress.ts';
import { own } from '../lib/text.ts';
import type { Tool, Work } from './tool.ts';

export const cp: Tool = {
  name: 'cp',
  usage: '[OPTIONS] PLACE… PLACE',
  about: `Copies files with their permissions, times, symlinks and hard links, to the last PLACE or, if that is a directory, into
it. A file that cannot be copied is reported, and the others are copied. With -r, names that a directory or an archive
cannot show, such as a member that leads out of it, are reported, too. A copy follows an existing symlink of its name only if
this symlink is the last PLACE, or without -r; with -r no symlink below the last PLACE redirects a copy.`,
  options: [{ name: 'recursive', letter: 'r', help: 'Copies directories, and symlinks as symlinks.' }],
  least: 2,
  run(work) {
    const words = work.words.slice(0, -1);
    const place = work.places.at(work.words.at(-1)!);
    const there = Handle.find(place.fs, place.path, true, 'to');
    const into = typeof there !== 'number' && there.isDirectory;
    if (typeof there !== 'number') there.close();
    if (words.length > 1 && !into) {
      work.complain(place.text, new Error('several files can only be copied to a directory'));
      return;
    }
    const failed: Failed = (item, error, name) => {
      const side = (error as { path?: string }).path === 'to' ? 'toText' : 'text';
      work.complain(itemPath(item, side, name), error);
    };
    const plan = new CopyPlan(failed);
    for (const word of words) work.attempt(word, () => add(work, plan, work.places.at(word), place, into));
    const [first] = plan.items;
    if (first === undefined) return;
    const path = into ? place.path : parentOf(place.path);
    const { stderr, stderrIsTerminal } = work.io;
    const progress = new Progress(stderrIsTerminal ? (line) => tell(own(line), stderr) : null);
    try {
      const dir = directory(place.fs, path);
      try {
        new Copier({ fs: place.fs, path, dir }, progress, failed).run(plan);
      } finally {
        dir.close();
      }
    } catch (error) {
      if ((error as { path?: string }).path !== 'to') throw error;
      failed(first, error);
    }
  },
};

/** @throws Error ENOTDIR, or any error of the lookup. */
function directory(fs: FileSystem, path: string): Handle {
  const dir = found(Handle.find(fs, path, true, 'to'), 'to');
  if (dir.isDirectory) return dir;
  dir.close();
  throw fsError(E.ENOTDIR, 'cp', 'to');
}

/** Plans the copy of one operand to another, or into it. @throws Error if the copy is refused. */
function add(work: Work, plan: CopyPlan, place: Place, target: Place, into: boolean): void {
  const { fs, path, text } = place;
  // With -r a symlink is copied as a symlink; otherwise its target is copied.
  const find = (): Handle | number => Handle.find(fs, path, !work.has('recursive'), 'from');
  const source = found(find(), 'from');
  try {
    if (!into && target.path.endsWith('/') && !source.isDirectory)
      throw new Error(`the target ${target.text} is not a directory`);
    // A root has no name: the dot stands for the target itself.
    const name = into ? place.name || '.' : nameOf(target.path);
    if (!into && (name === '.' || name === '..')) throw fsError(E.ENOENT, 'cp', 'to');
    if (source.isDirectory) refuse(work, place, source, into ? join(target.path, name) : target.path, target.fs);
    const toText = into ? join(target.text, place.name) : target.text;
    const follow = (): Handle | number => Handle.find(fs, path, true, 'from');
    const follows = !into || !work.has('recursive');
    plan.add(new RootItem(source, source.attributes(), { name, text, toText, find, follow, follows }), source);
  } finally {
    source.close();
  }
}

/** @throws Error if a directory would be copied into itself, or without -r. */
function refuse(work: Work, place: Place, source: Handle, to: string, fs: FileSystem): void {
  if (!work.has('recursive')) throw new Error('a directory is copied only with -r');
  // If the target does not exist yet, its parent is compared.
  let above = to;
  while (!fs.existsSync(above)) above = parentOf(above);
  const names = fs
    .realpathSync(above)
    .split('/')
    .filter((name) => name !== '');
  const root = found(Handle.find(fs, '/', true, 'to'), 'to');
  let at = root;
  for (let i = 0; ; i++) {
    // Another mount of the same directory cannot make the copy endless, so only the nearest parent counts.
    const counts = place.fs === fs || i === names.length;
    const isInside = counts && isSame(source, at);
    const next = isInside || i === names.length ? null : found(at.child(names[i]!), 'to');
    at.close();
    if (isInside) throw new Error('a directory cannot be copied into itself');
    if (next === null) return;
    at = next;
  }
}
