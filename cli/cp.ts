import type { BigIntStats } from '../vfs/fs/index.ts';
import { join, parentOf } from '../vfs/fs/path-text.ts';
import { Copier } from './copier.ts';
import { find, isSame } from './identity.ts';
import { tell } from './output.ts';
import type { Place } from './place.ts';
import { Plan, type Item } from './plan.ts';
import { Progress } from './progress.ts';
import { own } from './text.ts';
import type { Tool, Work } from './tool.ts';

export const cp: Tool = {
  name: 'cp',
  usage: '[OPTIONS] PLACE… PLACE',
  about: `Copies files, with their permissions, times, symlinks and hard links: to the last PLACE, or into it when it is a
directory. What cannot be copied is told of, and the rest is: with -r also what a directory or an archive holds and does
not show, such as a name that is not UTF-8.`,
  options: [{ name: 'recursive', letter: 'r', help: 'Directories, too; symlinks are copied as symlinks.' }],
  least: 2,
  run(work) {
    const words = work.words.slice(0, -1);
    const target = work.places.at(work.words.at(-1)!);
    const into = find(target.fs, target.path)?.isDirectory() === true;
    if (words.length > 1 && !into) {
      work.complain(target.text, new Error('it is no directory, and several files cannot go to one'));
      return;
    }
    const failed = (item: Item, error: unknown): void => {
      work.complain((error as { path?: string }).path === item.to ? item.toText : item.text, error);
    };
    const plan = new Plan(work.places.hidden);
    for (const word of words) {
      work.attempt(word, () => {
        const source = work.places.at(word);
        const stat = look(work, source);
        if (!into && target.path.endsWith('/') && !stat.isDirectory())
          throw new Error(`there is no directory ${target.text} to copy it into`);
        // A root has no name of its own: the dot stands for the target itself, and a symlink that it is, is followed.
        const to = into ? join(target.path, source.name === '' ? '.' : source.name) : target.path;
        refuse(work, source, stat, { ...target, path: to });
        const toText = into ? join(target.text, source.name) : target.text;
        plan.add({ fs: source.fs, from: source.path, to, stat, text: word, toText }, failed);
      });
    }
    const { stderr, stderrIsTerminal } = work.io;
    const progress = new Progress(stderrIsTerminal ? (line) => tell(own(line), stderr) : null);
    new Copier(target.fs, progress, failed).run(plan);
  },
};

/** With -r a symlink is copied itself; else what it leads to. */
function look(work: Work, { fs, path }: Place): BigIntStats {
  const options = { bigint: true } as const;
  return work.has('recursive') ? fs.lstatSync(path, options) : fs.statSync(path, options);
}

/** @throws Error for what is not begun with. */
function refuse(work: Work, { fs, path }: Place, stat: BigIntStats, target: Place): void {
  if (!stat.isDirectory()) return;
  if (!work.has('recursive')) throw new Error('it is a directory, which -r copies');
  // The target may not be there yet: then what is above it tells.
  for (let above = target.path; ; above = parentOf(above)) {
    const found = find(target.fs, above);
    if (found === undefined) continue;
    if (target.fs === fs && `${fs.realpathSync(above)}/`.startsWith(`${fs.realpathSync(path)}/`.replace('//', '/'))) {
      throw new Error('a directory cannot be copied into itself');
    }
    if (isSame({ fs, path, stat }, { fs: target.fs, path: above, stat: found }))
      throw new Error('a directory cannot be copied into itself');
    return;
  }
}
