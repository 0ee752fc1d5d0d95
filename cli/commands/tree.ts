// `wasi9p tree`: draws a directory tree.
import { S_IFDIR, S_IFLNK } from '../../vfs/linux/constants.ts';

import { join } from '../../vfs/fs/values/path-text.ts';
import { Handle, type ListedEntry } from '../copy/handle.ts';
import { isHidden, shown } from '../lib/names.ts';
import { found } from '../copy/copy-plan.ts';
import { own, text, type Text } from '../lib/text.ts';
import type { Tool, Work } from './tool.ts';
import { Trail } from '../copy/trail.ts';

export const tree: Tool = {
  name: 'tree',
  usage: '[OPTIONS] [PLACE]…',
  about: 'Draws directory trees. Symlinks are shown but not followed.',
  options: [{ name: 'all', letter: 'a', help: 'Includes names that begin with a dot.' }],
  least: 0,
  run(work) {
    for (const word of work.words.length > 0 ? work.words : ['.']) {
      work.attempt(word, () => {
        const { fs, path } = work.places.at(word);
        const dir = found(Handle.find(fs, path, true, word), word);
        try {
          // A directory that cannot be listed is not drawn.
          const entries = entriesOf(work, dir);
          work.write(text`${word}\n`);
          work.write(sums(draw(work, word, dir, entries)));
        } finally {
          dir.close();
        }
      });
    }
  },
};

interface Count {
  directories: number;
  files: number;
}

function sums({ directories, files }: Count): Text {
  return text`\n${directories} ${directories === 1 ? 'directory' : 'directories'}, ${files} ${files === 1 ? 'file' : 'files'}\n`;
}

/** The listed entries, last first. */
function entriesOf(work: Work, dir: Handle): ListedEntry[] {
  const entries = dir.entries().filter(({ name }) => work.has('all') || !isHidden(name));
  return entries.reverse();
}

/** A directory being drawn, with its remaining entries. */
interface Level {
  readonly path: string;
  readonly entries: ListedEntry[];
  /** The prefix of its lines. */
  readonly indent: string;
}

function draw(work: Work, path: string, top: Handle, entries: ListedEntry[]): Count {
  const count: Count = { directories: 0, files: 0 };
  const trail = new Trail();
  try {
    trail.push('', top.clone());
    const levels: Level[] = [{ path, entries, indent: '' }];
    while (levels.length > 0) {
      const level = levels.at(-1)!;
      const entry = level.entries.pop();
      if (entry !== undefined) {
        const below = drawEntry(work, trail, level, entry, count);
        if (below !== null) levels.push(below);
        continue;
      }
      levels.pop();
      if (levels.length > 0) trail.pop();
    }
  } finally {
    trail.close();
  }
  return count;
}

/** Draws one line; returns the level below it, or null. */
function drawEntry(work: Work, trail: Trail, level: Level, { name, kind }: ListedEntry, count: Count): Level | null {
  const isLast = level.entries.length === 0;
  const isDirectory = kind === S_IFDIR;
  const path = join(level.path, name);
  let target: string | undefined;
  let below: Level | null = null;
  work.attempt(path, () => {
    if (!isDirectory && kind !== S_IFLNK) return;
    const file = found(trail.top().child(name), path);
    try {
      if (file.isSymlink) target = file.target();
      if (!file.isDirectory) return;
      const indent = `${level.indent}${isLast ? '    ' : '│   '}`;
      below = { path, entries: entriesOf(work, file), indent };
      trail.push(name, file.clone());
    } finally {
      file.close();
    }
  });
  if (isDirectory) count.directories++;
  else count.files++;
  work.write(text`${own(level.indent)}${own(isLast ? '└── ' : '├── ')}${shown(name, target)}\n`);
  return below;
}
