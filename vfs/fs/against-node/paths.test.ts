// Compares path resolution with node:fs: results and errors must be the same.
import { test } from 'uvu';
import { likeNode, plant, realpath } from '../testing.ts';

likeNode('the way of a path', (fs, on, call) => {
  plant(fs, on);
  fs.mkdirSync(on('dir/deep'));
  fs.symlinkSync(on('file'), on('dir/abs-file'));
  fs.symlinkSync(on('made'), on('dir/abs-made'));
  fs.symlinkSync(on('dir/'), on('abs-slash'));
  fs.symlinkSync(on('file/'), on('file-slash'));
  fs.symlinkSync('abs/deep/../abs-file', on('chain'));
  fs.symlinkSync(on('abs/deep'), on('dir/deep/again'));
  for (const path of [
    'abs/inner',
    'abs/abs-file',
    'abs/deep/../inner',
    'abs/../file',
    'abs-slash/inner',
    'file-slash',
    'chain',
    'chain/',
    'chain/x',
    'chain/../x',
    'abs/none/../inner',
    'dir/deep/again/again/again',
    'abs/deep/again/../inner',
    'abs/dangling/..',
    'loop/..',
    'abs/loop',
    'dir//.//inner',
    'dir/../dir/../file',
  ]) {
    call(() => realpath(fs, on(path)));
    call(() => fs.statSync(on(path)).isFile());
    call(() => fs.lstatSync(on(path)).isFile());
    call(() => fs.readFileSync(on(path), 'utf8'));
  }
  call(() => fs.writeFileSync(on('abs/abs-made'), 'made through a symlink'));
  call(() => fs.readFileSync(on('made'), 'utf8'));
  call(() => fs.writeFileSync(on('dir/abs-made'), 'x', { flag: 'wx' }));
  call(() => fs.writeFileSync(on('abs/exclusive'), 'x', { flag: 'wx' }));
  call(() => fs.mkdirSync(on('abs/sub')));
  call(() => fs.renameSync(on('abs/inner'), on('abs-slash/sub/moved')));
  call(() => fs.linkSync(on('abs/sub/moved'), on('abs/linked')));
  call(() => fs.renameSync(on('abs/none'), on('abs/x')));
  call(() => fs.unlinkSync(on('abs/linked')));
  call(() => fs.rmdirSync(on('abs/deep/again')));
  call(() => fs.readlinkSync(on('abs/deep/again')));
  call(() => fs.unlinkSync(on('abs/deep/again')));
  call(() => fs.rmdirSync(on('abs/deep/')));
  call(() => fs.lutimesSync(on('abs/abs-file'), 1, 1));
  call(() => fs.symlinkSync('t', on('abs/sub/l')));
  call(() => fs.accessSync(on('abs/sub/l')));
  call(() => fs.mkdirSync(on('abs/p/q/r'), { recursive: true }));
  call(() => fs.rmSync(on('abs'), { recursive: true }));
  for (const dir of ['', 'dir', 'dir/p', 'dir/sub']) call(() => fs.readdirSync(on(dir)));
  call(() => fs.statSync(''));
  call(() => fs.mkdirSync('', { recursive: true }));
  call(() => realpath(fs, on('none/x')));
});

likeNode('a path that must be a directory, through symlinks', (fs, on, call) => {
  plant(fs, on);
  fs.symlinkSync(on('file'), on('abs-file'));
  fs.symlinkSync(on('none'), on('abs-none'));
  fs.symlinkSync(on('file/.'), on('abs-dot'));
  fs.symlinkSync(on('none/.'), on('abs-none-dot'));
  fs.symlinkSync('file/.', on('dot'));
  for (const name of ['file', 'dir', 'link', 'abs', 'abs-file', 'abs-none', 'abs-dot', 'abs-none-dot', 'dot', 'none']) {
    for (const end of ['', '/', '/.', '//', '/./']) {
      const path = on(name + end);
      call(() => fs.readFileSync(path, 'utf8'));
      call(() => fs.lstatSync(path).isDirectory());
      call(() => realpath(fs, path));
      call(() => fs.readlinkSync(path));
      call(() => fs.linkSync(path, on('z')));
      call(() => fs.linkSync(on('file'), path));
      call(() => fs.renameSync(path, on('y')));
      call(() => fs.renameSync(on('y'), path));
      call(() => fs.openSync(path, 'wx'));
      call(() => fs.openSync(path, 'wx', 0o600));
      if (end === '') continue;
      call(() => fs.writeFileSync(path, 'x'));
      call(() => fs.writeFileSync(path, 'x', { mode: 0o600 }));
      call(() => fs.truncateSync(path, 1));
      call(() => fs.chmodSync(path, 0o755));
      call(() => fs.lutimesSync(path, 1, 1));
    }
    fs.rmSync(on('z'), { force: true });
  }
  call(() => fs.readdirSync(on('')));
});

likeNode('symlinks that lead nowhere, opened with a mode', (fs, on, call) => {
  fs.writeFileSync(on('file'), '');
  fs.symlinkSync('loop', on('loop'));
  fs.symlinkSync(on('abs-loop'), on('abs-loop'));
  fs.symlinkSync('file/x', on('through'));
  fs.symlinkSync(on('file/x'), on('abs-through'));
  for (const path of ['loop', 'abs-loop', 'through', 'abs-through', 'file/', 'none/', 'none/x/', 'file', 'file/x']) {
    for (const flag of ['wx', 'ax+', 'w', 'a']) call(() => fs.closeSync(fs.openSync(on(path), flag, 0o600)));
  }
});

/** Names in any order: node:fs has its own. */
function shown(names: readonly unknown[]): string[] {
  return names.map((name) => (typeof name === 'string' ? name : [...(name as Uint8Array)].join())).sort();
}

likeNode('paths and names as bytes that are not UTF-8', (fs, on, call) => {
  const raw = (...bytes: number[]): Uint8Array => Buffer.concat([Buffer.from(on('')), Buffer.from(bytes)]);
  fs.mkdirSync(raw(0x64, 0xe9));
  fs.writeFileSync(raw(0x64, 0xe9, 0x2f, 0xff), 'latin');
  fs.writeFileSync(raw(0x64, 0xe9, 0x2f, 0xc3, 0xa9), 'utf-8');
  fs.symlinkSync(Buffer.from([0x64, 0xe9, 0x2f, 0xff]), raw(0x6c, 0xe9));
  call(() => fs.readFileSync(raw(0x6c, 0xe9), 'utf8'));
  call(() => fs.readlinkSync(raw(0x6c, 0xe9), 'buffer'));
  call(() => fs.readlinkSync(raw(0x6c, 0xe9), 'hex'));
  for (const encoding of ['buffer', 'hex', 'latin1', 'base64'] as const) {
    call(() => shown(fs.readdirSync(on(''), encoding)));
    call(() => shown(fs.readdirSync(raw(0x64, 0xe9), encoding)));
  }
  call(() => fs.existsSync(raw(0x64, 0xe9, 0x2f, 0xfe)));
  call(() => fs.renameSync(raw(0x64, 0xe9, 0x2f, 0xff), raw(0x64, 0xe9, 0x2f, 0xfe)));
  call(() => fs.readFileSync(raw(0x64, 0xe9, 0x2f, 0xfe), 'utf8'));
  call(() => fs.readdirSync(raw(0x64, 0xe9), 'hex'));
  call(() => fs.unlinkSync(raw(0x64, 0xe9, 0x2f, 0xfe)));
  call(() => fs.rmSync(raw(0x64, 0xe9), { recursive: true }));
  call(() => fs.readdirSync(on(''), 'hex'));
});

test.run();
