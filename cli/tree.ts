import type { FileSystem } from '../vfs/fs/index.ts';
import { join } from '../vfs/fs/path-text.ts';
import { isHidden, shown } from './names.ts';
import { own, text } from './text.ts';
import type { Tool, Work } from './tool.ts';

export const tree: Tool = {
  name: 'tree',
  usage: '[OPTIONS] [PLACE]…',
  about: 'Draws directories and all that is below them. Symlinks are shown and not followed.',
  options: [{ name: 'all', letter: 'a', help: 'Names that begin with a dot, too.' }],
  least: 0,
  run(work) {
    for (const word of work.words.length > 0 ? work.words : ['.']) {
      work.attempt(word, () => {
        const { fs, path } = work.places.at(word);
        const count: Count = { directories: 0, files: 0 };
        // What cannot be listed is not drawn at all.
        fs.readdirSync(path);
        work.write(text`${word}\n`);
        draw(work, fs, path, '', count);
        const { directories, files } = count;
        const sums = `${sum(directories, 'directory', 'directories')}, ${sum(files, 'file', 'files')}`;
        work.write(own(`\n${sums}\n`));
      });
    }
  },
};

interface Count {
  directories: number;
  files: number;
}

function sum(count: number, one: string, more: string): string {
  return `${count} ${count === 1 ? one : more}`;
}

function draw(work: Work, fs: FileSystem, dir: string, indent: string, count: Count): void {
  const entries = fs.readdirSync(dir, { withFileTypes: true }).filter(({ name }) => work.has('all') || !isHidden(name));
  for (const [i, entry] of entries.entries()) {
    const isLast = i === entries.length - 1;
    const path = join(dir, entry.name);
    const target = entry.isSymbolicLink() ? fs.readlinkSync(path) : undefined;
    work.write(text`${own(indent)}${own(isLast ? '└── ' : '├── ')}${shown(entry.name, target)}\n`);
    if (!entry.isDirectory()) count.files++;
    else {
      count.directories++;
      work.attempt(path, () => draw(work, fs, path, `${indent}${isLast ? '    ' : '│   '}`, count));
    }
  }
}
