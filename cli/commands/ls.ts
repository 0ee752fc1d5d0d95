// `wasi9p ls`: lists directories and files, in the format of ls(1).
import type { BigIntStats, FileSystem } from '../../vfs/fs/index.ts';
import { join } from '../../vfs/fs/values/path-text.ts';
import { isHidden, shown } from '../lib/names.ts';
import type { Place } from '../mounts/place.ts';
import { joined, own, text, type Text } from '../lib/text.ts';
import type { Tool, Work } from './tool.ts';

export const ls: Tool = {
  name: 'ls',
  usage: '[OPTIONS] [PLACE]…',
  about: 'Lists directories, one name per line. A PLACE that is not a directory is listed itself.',
  options: [
    { name: 'long', letter: 'l', help: 'Prints type and permissions, link count, owner, group, size in bytes, mtime.' },
    { name: 'all', letter: 'a', help: 'Includes names that begin with a dot.' },
  ],
  least: 0,
  run(work) {
    const words = work.words.length > 0 ? work.words : ['.'];
    let first = true;
    // Files before directories, as in ls(1).
    const directories: Place[] = [];
    for (const word of words) {
      work.attempt(word, () => {
        const place = work.places.at(word);
        if (isDirectory(work, place)) directories.push(place);
        else {
          work.write(lines(work, place.fs, [[word, place.path]]));
          first = false;
        }
      });
    }
    for (const place of directories) {
      if (words.length > 1) work.write(first ? text`${place.text}:\n` : text`\n${place.text}:\n`);
      first = false;
      work.attempt(place.text, () => list(work, place));
    }
  },
};

/** With -l a symlink itself is listed, unless a slash follows it. */
function isDirectory(work: Work, { fs, path }: Place): boolean {
  const itself = fs.lstatSync(path);
  if (!itself.isSymbolicLink() || work.has('long')) return itself.isDirectory();
  return fs.statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function list(work: Work, { fs, path }: Place): void {
  const names = fs.readdirSync(path).filter((name) => work.has('all') || !isHidden(name));
  work.write(
    lines(
      work,
      fs,
      names.map((name) => [name, join(path, name)]),
    ),
  );
}

function lines(work: Work, fs: FileSystem, files: readonly (readonly [name: string, path: string])[]): Text {
  if (!work.has('long')) return joined(files.map(([name]) => text`${name}\n`));
  const rows: Row[] = [];
  for (const [name, path] of files) {
    work.attempt(name, () => {
      const stat = fs.lstatSync(path, { bigint: true });
      const target = stat.isSymbolicLink() ? fs.readlinkSync(path) : undefined;
      rows.push({ columns: columns(stat), name: shown(name, target) });
    });
  }
  return aligned(rows);
}

/** A line of -l. */
interface Row {
  readonly columns: readonly string[];
  readonly name: Text;
}

function columns(stat: BigIntStats): string[] {
  const { nlink, uid, gid, size } = stat;
  return [modeText(Number(stat.mode)), ...[nlink, uid, gid, size].map(String), timeText(stat.mtimeNs)];
}

/** Numbers are right-aligned, all other columns left-aligned. */
function aligned(rows: readonly Row[]): Text {
  const widths = [0, 0, 0, 0, 0];
  for (const { columns: cells } of rows) {
    for (const i of widths.keys()) widths[i] = Math.max(widths[i]!, cells[i]!.length);
  }
  const lines = rows.map(({ columns: cells, name }) => {
    const before = cells.map((cell, i) => cell.padStart(widths[i] ?? 0)).join(' ');
    return text`${own(before)} ${name}\n`;
  });
  return joined(lines);
}

const TYPE_LETTERS: Readonly<Record<number, string>> = {
  0o140000: 's',
  0o120000: 'l',
  0o100000: '-',
  0o060000: 'b',
  0o040000: 'd',
  0o020000: 'c',
  0o010000: 'p',
};

/** Formats the type and permissions as ls(1): `drwxr-xr-x`. */
export function modeText(mode: number): string {
  const bits = [6, 3, 0].map((shift) => {
    const special = mode & (shift === 6 ? 0o4000 : shift === 3 ? 0o2000 : 0o1000);
    const letter = shift === 0 ? 't' : 's';
    const may = (bit: number, text: string): string => ((mode >> shift) & bit ? text : '-');
    const run = special ? ((mode >> shift) & 1 ? letter : letter.toUpperCase()) : may(1, 'x');
    return may(4, 'r') + may(2, 'w') + run;
  });
  return (TYPE_LETTERS[mode & 0o170000] ?? '?') + bits.join('');
}

/** Local time to the minute, `2026-01-31 09:05`; beyond the range of Date, seconds since 1970, as in ls(1). */
function timeText(ns: bigint): string {
  const time = new Date(Number(ns / 1_000_000n));
  if (Number.isNaN(time.getTime())) return String(ns / 1_000_000_000n);
  const twoDigits = (value: number): string => String(value).padStart(2, '0');
  const day = `${time.getFullYear()}-${twoDigits(time.getMonth() + 1)}-${twoDigits(time.getDate())}`;
  return `${day} ${twoDigits(time.getHours())}:${twoDigits(time.getMinutes())}`;
}
