// A tree on the host, a workload that changes it in an overlay, and snapshots to compare: for tests of commits.
import * as fs from 'node:fs';
import { SETATTR_MODE } from '../../../9p/constants.ts';
import { setMode } from '../../../client/rare-messages.ts';
import type { Kit } from '../../../../testing/kit.ts';

/** The latest time that a test sets, in seconds since 1970. */
const AGED = 1_000_000;

/** Creates a tree with every kind of file, with times years ago. */
export function plant(root: string): void {
  const dirs = [
    'a',
    'a/deep',
    'a/deep/er',
    'b',
    'c',
    'gone',
    'gone/sub',
    'gone/sub/kept',
    'stays',
    'todir',
    'tofile.d',
  ];
  for (const dir of dirs) fs.mkdirSync(`${root}/${dir}`);
  const files = [
    'a/f',
    'a/deep/g',
    'a/deep/er/h',
    'b/f',
    'c/f',
    'gone/f',
    'gone/sub/g',
    'gone/sub/kept/k',
    'gone/moved',
  ];
  files.push('stays/f', 'same', 'mode', 'old', 'x', 'y', 'linked', 'todir.f', 'tofile.d/f', 'replaced', 'grown');
  for (const file of files) fs.writeFileSync(`${root}/${file}`, `old ${file}`);
  fs.linkSync(`${root}/linked`, `${root}/b/linked`);
  fs.symlinkSync('x', `${root}/link`);
  const all = fs.readdirSync(root, { recursive: true, encoding: 'utf8' }).sort().reverse();
  for (const [i, path] of all.entries()) fs.lutimesSync(`${root}/${path}`, 1000 + i, 2000 + i);
  fs.utimesSync(root, 1000, 2000);
}

/** The changes of a guest: adds, changes, removes, renames, swaps, a cycle, links, attributes, kinds. */
export function work(kit: Kit): void {
  for (const [from, to] of [
    // A cycle of directories, and a swap of their content.
    ['a', 'tmp'],
    ['b', 'a'],
    ['c', 'b'],
    ['tmp', 'c'],
    ['c/deep/er', 'a/er'],
    ['c/deep', 'a/er/deep'],
    // Files that change places.
    ['x', 'tmp'],
    ['y', 'x'],
    ['tmp', 'y'],
    ['gone/moved', 'a/moved'],
    ['gone/sub/kept', 'kept'],
    // As editors save.
    ['old', 'older'],
  ] as const) {
    kit.rename(from, to);
  }
  for (const path of ['gone/f', 'gone/sub/g', 'todir.f', 'tofile.d/f', 'link', 'older']) kit.unlink(path);
  for (const dir of ['gone/sub', 'gone', 'tofile.d']) kit.rmdir(dir);
  kit.mkdir('todir.f');
  kit.put('todir.f/new', 'new in a directory that was a file');
  kit.put('tofile.d', 'new file that was a directory');
  kit.mkdir('made');
  kit.mkdir('made/more');
  for (const path of ['made/one', 'made/more/two', 'kept/new']) kit.put(path, `new ${path}`);
  kit.put('c/f', 'new content');
  kit.put('linked', 'new content of a file with two names');
  kit.put('grown', 'new and longer '.repeat(10_000));
  kit.put('tmp', 'new in the place of another');
  kit.rename('tmp', 'replaced');
  kit.link('made/one', 'made/also');
  kit.link('x', 'stays/x');
  kit.symlink('made/one', 'link');
  kit.unlink('stays/f');
  kit.put('empty', '');
  for (const [path, mode] of [
    ['mode', 0o600],
    ['made/more', 0o500],
    ['stays', 0o700],
  ] as const) {
    const fid = kit.walk(path);
    setMode(kit.client, fid, SETATTR_MODE, mode);
    kit.client.setTimes(fid, 0x1b0, 3000, 0, 4000, 0);
    kit.clunk(fid);
  }
}

/** Returns a tree as text, one line per path: mode, content, links, and times that were set. */
export function snapshot(root: string): Map<string, string> {
  const lines = new Map<string, string>();
  const names = new Map<string, string[]>();
  for (const path of ['.', ...fs.readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()]) {
    const at = `${root}/${path}`;
    const st = fs.lstatSync(at, { bigint: true });
    const mtime = Number(st.mtimeNs) / 1e9;
    const what = st.isSymbolicLink() ? fs.readlinkSync(at) : st.isFile() ? fs.readFileSync(at, 'latin1') : '';
    lines.set(path, `${st.mode.toString(8)} ${mtime < AGED ? mtime : 'new'} ${what.length} ${what.slice(0, 80)}`);
    if (st.isFile() && st.nlink > 1n) names.set(`${st.ino}`, [...(names.get(`${st.ino}`) ?? []), path]);
  }
  for (const paths of names.values()) for (const path of paths) lines.set(path, `${lines.get(path)} = ${paths.join()}`);
  return lines;
}

/** Returns the content of each file below a directory, whatever its name. */
export function texts(root: string): Set<string> {
  const found = new Set<string>();
  for (const entry of fs.readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) found.add(fs.readFileSync(`${entry.parentPath ?? entry.path}/${entry.name}`, 'latin1'));
  }
  return found;
}
