// Calls on whole trees beside node:fs: recursive mkdir, listings, rm and cp.
import { test } from 'uvu';
import { PATHS, likeNode, plant } from '../testing.ts';

const DOTTED = ['n/../file', 'm/../dir', 'm/../file/x', 'o/../loop', 'p/..', 'r/../s', 't/.', 'file/..'];

likeNode('directories made with those above them', (fs, on, call) => {
  plant(fs, on);
  for (const path of [
    'a/b/c',
    'a/b/c',
    'a/b/d/',
    'q/./b//c/../z/',
    'file',
    'file/x/y',
    'dangling',
    'dangling/x',
    ...DOTTED,
  ]) {
    call(() => fs.mkdirSync(on(path), { recursive: true }));
  }
  call(() => fs.mkdirSync(on('link/made/here'), { recursive: true, mode: 0o711 }));
  call(() => [fs.statSync(on('dir/made')).mode, fs.statSync(on('dir/made/here')).mode]);
  call(() => fs.mkdirSync(on('abs/there'), { recursive: true }));
  for (const dir of ['a', 'q', 'dir']) call(() => fs.readdirSync(on(dir), { recursive: true }));
});

likeNode('listings', (fs, on, call) => {
  plant(fs, on);
  fs.mkdirSync(on('dir/sub'));
  for (const name of ['b', 'a', 'Z', 'é', '\u{1f600}', '\uff5e', ' ', '-', 'a.b', 'ab'])
    fs.writeFileSync(on(`dir/sub/${name}`), '');
  for (const path of PATHS) {
    call(() => fs.readdirSync(on(path)));
    call(() => fs.readdirSync(on(path), 'utf8'));
    call(() => fs.readdirSync(on(path), { withFileTypes: true }));
    call(() => fs.readdirSync(on(path), { recursive: true }));
    call(() => fs.opendirSync(on(path)).closeSync());
  }
  call(() => fs.readdirSync(on('dir/sub')));
  // Node goes into directories through symlinks, 40 times round a loop; there are none here.
  call(() => fs.readdirSync(on('dir'), { recursive: true }));
  call(() => fs.readdirSync(on('dir'), { recursive: true, withFileTypes: true }));
  const dir = fs.opendirSync(on('dir'));
  call(() => dir.path);
  const names: string[] = [];
  for (let entry = dir.readSync(); entry !== null; entry = dir.readSync()) names.push(entry.name);
  call(() => names.sort());
  call(() => dir.readSync());
  call(() => dir.closeSync());
  call(() => dir.closeSync());
});

likeNode('removing trees', (fs, on, call) => {
  plant(fs, on);
  fs.mkdirSync(on('tree/a/b/c'), { recursive: true });
  fs.writeFileSync(on('tree/a/f'), '');
  fs.symlinkSync(on('dir'), on('tree/a/out'));
  for (const path of [...PATHS, 'tree']) {
    call(() => fs.rmSync(on(path)));
    call(() => fs.rmSync(on(path), { force: true }));
    call(() => fs.rmSync(on(path), { recursive: true }));
    call(() => fs.rmSync(on(path), { recursive: true, force: true }));
  }
  call(() => fs.readdirSync(on('')));
});

likeNode('copying files', (fs, on, call) => {
  plant(fs, on);
  fs.writeFileSync(on('big'), new Uint8Array(3 << 20).fill(7));
  fs.chmodSync(on('big'), 0o640);
  for (const path of PATHS) {
    call(() => fs.copyFileSync(on(path), on('copy')));
    call(() => fs.copyFileSync(on('file'), on(path)));
    call(() => fs.copyFileSync(on('big'), on(path), 1));
    call(() => fs.copyFileSync(on('big'), on(path), 9));
    fs.rmSync(on('copy'), { force: true });
  }
  call(() => fs.copyFileSync(on('big'), on('copy')));
  call(() => [fs.statSync(on('copy')), fs.readFileSync(on('copy')).every((byte) => byte === 7)]);
  call(() => fs.copyFileSync(on('big'), on('big')));
  call(() => fs.statSync(on('big')).size);
});

likeNode('copying trees', (fs, on, call) => {
  plant(fs, on);
  fs.mkdirSync(on('tree/a/b'), { recursive: true });
  fs.writeFileSync(on('tree/a/run'), '#!', { mode: 0o755 });
  fs.utimesSync(on('tree/a/run'), 1, 2);
  fs.symlinkSync('a/run', on('tree/rel'));
  fs.symlinkSync('a', on('tree/to-dir'));
  // Node 24 finds no dangling symlink to copy, Node 20 does.
  for (const path of PATHS.filter((name) => name !== 'loop' && name !== 'dangling')) {
    // Node's versions differ on symlinks to directories, and on a copy of a symlink over another.
    const isLink = ['link', 'abs', 'link/'].includes(path);
    if (!isLink) call(() => fs.cpSync(on(path), on('copy')));
    call(() => fs.cpSync(on(path), on('copy'), { recursive: true }));
    call(() => fs.readdirSync(on('copy')));
    fs.rmSync(on('copy'), { recursive: true, force: true });
    call(() => fs.cpSync(on(path), on('copy'), { recursive: true, dereference: true }));
    call(() => fs.lstatSync(on('copy')).isSymbolicLink());
    fs.rmSync(on('copy'), { recursive: true, force: true });
  }
  call(() => fs.cpSync(on('tree'), on('deep/er/copy'), { recursive: true, preserveTimestamps: true }));
  call(() => [fs.statSync(on('deep/er/copy/a/run')), fs.statSync(on('deep/er/copy/a/run')).mtimeMs]);
  call(() => [fs.readlinkSync(on('deep/er/copy/rel')), fs.readlinkSync(on('deep/er/copy/to-dir'))]);
  call(() => fs.cpSync(on('tree'), on('verbatim'), { recursive: true, verbatimSymlinks: true }));
  call(() => fs.readlinkSync(on('verbatim/rel')));
  call(() => fs.cpSync(on('tree'), on('some'), { recursive: true, filter: (src) => !src.endsWith('b') }));
  for (const answer of [Promise.resolve(true), undefined, 0] as never[]) {
    call(() => fs.cpSync(on('tree'), on('unasked'), { recursive: true, filter: () => answer }));
    call(() => fs.existsSync(on('unasked')));
  }
  for (const dir of ['some', 'some/a']) call(() => fs.readdirSync(on(dir)));
  call(() => fs.cpSync(on('tree'), on('tree')));
  call(() => fs.cpSync(on('tree'), on('tree/a/b/in'), { recursive: true }));
  call(() => fs.cpSync(on('file'), on('dir/inner'), { force: false }));
  call(() => fs.readFileSync(on('dir/inner'), 'utf8'));
  call(() => fs.cpSync(on('file'), on('dir/inner'), { force: false, errorOnExist: true }));
  call(() => fs.cpSync(on('file'), on('dir/inner')));
  call(() => fs.readFileSync(on('dir/inner'), 'utf8'));
});

test.run();
