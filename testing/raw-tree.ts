// A tree of the host whose names are in Latin-1 and other bytes that are not UTF-8, and its picture. For tests only.
import * as fs from 'node:fs';

/** An mtime that every store keeps. */
const TIME = 1_000_000_000;

const latin = (text: string): Buffer => Buffer.from(text, 'latin1');

/** Joins a path and names, given with one character a byte. */
export function rawPath(...parts: readonly string[]): Buffer {
  return latin(parts.join('/'));
}

/** Makes the tree in an empty directory, whose path is ASCII. */
export function plantRaw(root: string): void {
  const at = (path: string): Buffer => rawPath(root, path);
  for (const dir of ['caf\xe9', 'caf\xe9/\xfcber', '\xff\xfe', 'e\xe9'.repeat(60)]) fs.mkdirSync(at(dir));
  const long = '\xe4'.repeat(200);
  for (const [file, text] of [
    ['caf\xe9/na\xefve.txt', 'latin'],
    // The same name in UTF-8, and one with U+FFFD, which a lossy copy would confuse with others.
    ['caf\xc3\xa9', 'utf-8'],
    ['caf\xef\xbf\xbd', 'replacement'],
    // Cut off, overlong, an encoded surrogate, a byte that never begins a character.
    ['cut\xe2\x82', 'cut'],
    ['\xc0\xaf', 'overlong'],
    ['\xed\xa0\x80', 'surrogate'],
    ['\xff\xfe/\xf8', 'none'],
    [`caf\xe9/\xfcber/${long}`, 'long'],
    [`${'e\xe9'.repeat(60)}/${long}`, 'long path'],
    ['plain', 'plain'],
  ] as const)
    fs.writeFileSync(at(file), text);
  fs.linkSync(at('caf\xe9/na\xefve.txt'), at('h\xe4rdlink'));
  fs.symlinkSync(latin('caf\xe9/na\xefve.txt'), at('l\xefnk'));
  fs.symlinkSync(latin(`caf\xe9/\xfcber/${long}`), at('f\xe4r'));
  fs.symlinkSync(latin('nowhere\xff'), at('dangling'));
  settle(at('').subarray(0, -1));
}

/** Sets the times of a tree, last those of directories. */
function settle(path: Buffer): void {
  const stat = fs.lstatSync(path);
  if (stat.isDirectory())
    for (const name of fs.readdirSync(path, { encoding: 'buffer' }))
      settle(Buffer.concat([path, Buffer.of(0x2f), name]));
  fs.lutimesSync(path, TIME, TIME);
}

/** The tree of a directory of the host: a line for each file, with one character a byte. */
export function rawPicture(root: string): string[] {
  const lines: string[] = [];
  const visit = (path: Buffer, shown: string): void => {
    const { mode, nlink, mtimeMs } = fs.lstatSync(path);
    const kind = mode & 0o170000;
    const content =
      kind === 0o120000
        ? fs.readlinkSync(path, { encoding: 'buffer' }).toString('latin1')
        : kind === 0o100000
          ? fs.readFileSync(path, 'latin1')
          : '';
    lines.push([shown, mode.toString(8), kind === 0o040000 ? '' : nlink, mtimeMs, content].join(' '));
    if (kind !== 0o040000) return;
    const names = fs.readdirSync(path, { encoding: 'buffer' }).sort(Buffer.compare);
    for (const name of names)
      visit(Buffer.concat([path, Buffer.of(0x2f), name]), `${shown}/${name.toString('latin1')}`);
  };
  visit(latin(root), '.');
  return lines;
}
