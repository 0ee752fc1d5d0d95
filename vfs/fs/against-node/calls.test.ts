// The calls of FileSystem against those of node:fs: results and errors must be the same.
import { getSystemErrorMap } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NODE_MESSAGES } from '../../linux/errno-table.ts';
import { messageOf } from '../values/errors.ts';
import { PATHS, likeNode, plant } from '../testing.ts';

likeNode('open, close and what flags mean', (fs, on, call) => {
  plant(fs, on);
  for (const flag of [
    'r',
    'r+',
    'rs+',
    'w',
    'wx',
    'w+',
    'wx+',
    'a',
    'ax',
    'a+',
    'ax+',
    'xw',
    'zz',
    'rw',
    '',
    'toString',
  ]) {
    for (const path of [...PATHS, 'fresh']) {
      call(() => {
        const fd = fs.openSync(on(path), flag);
        const tried = [];
        for (const act of [
          () => fs.writeSync(fd, 'abc'),
          () => fs.readSync(fd, new Uint8Array(2)),
          () => fs.ftruncateSync(fd, 1),
          () => fs.fstatSync(fd).isDirectory() || fs.fstatSync(fd).size,
        ]) {
          try {
            tried.push(act());
          } catch (error) {
            tried.push((error as Error).message);
          }
        }
        fs.closeSync(fd);
        return tried;
      });
    }
    call(() => fs.readFileSync(on('file'), 'utf8'));
    fs.writeFileSync(on('file'), 'text');
    fs.rmSync(on('fresh'), { force: true });
    fs.rmSync(on('nowhere'), { force: true });
  }
});

likeNode('descriptors: offsets, ranges, positions', (fs, on, call) => {
  fs.writeFileSync(on('f'), '0123456789');
  const fd = fs.openSync(on('f'), 'r+');
  const buffer = new Uint8Array(6);
  call(() => [fs.readSync(fd, buffer), buffer]);
  call(() => [fs.readSync(fd, buffer, 2, 2, null), buffer]);
  call(() => [fs.readSync(fd, buffer, 0, 6, 1), buffer]);
  call(() => [fs.readSync(fd, buffer, undefined, 2, 5), buffer]);
  call(() => [fs.readSync(fd, buffer, undefined, 1, undefined), buffer]);
  call(() => [fs.readSync(fd, buffer, null as never, 2, 5), buffer]);
  call(() => fs.readSync(fd, buffer, undefined, 7, 0));
  call(() => [fs.readSync(fd, buffer, { offset: 1, length: 1, position: 9 }), buffer]);
  call(() => [fs.readSync(fd, buffer, { position: 3n }), buffer]);
  call(() => [fs.readSync(fd, buffer), buffer]);
  call(() => fs.readSync(fd, buffer));
  call(() => fs.readSync(fd, new Uint8Array(0)));
  call(() => fs.readSync(fd, new DataView(new ArrayBuffer(4), 1, 2), 0, 2, 0));
  call(() => fs.readSync(fd, buffer, 0, 7));
  call(() => fs.readSync(fd, buffer, 7, 0));
  call(() => fs.readSync(fd, buffer, -1, 1));
  call(() => fs.readSync(fd, buffer, 0, 1, -2));
  call(() => fs.readSync(fd, buffer, 0, 1, 2 ** 60));
  call(() => fs.writeSync(fd, 'end'));
  call(() => fs.writeSync(fd, 'é', 0));
  call(() => fs.writeSync(fd, new Uint8Array([65, 66, 67]), 1, 1, 4));
  call(() => [fs.writeSync(fd, new Uint8Array([68, 69]), undefined, 1, 3), fs.readFileSync(on('f'))]);
  call(() => [fs.writeSync(fd, new Uint8Array([70, 71]), null as never, 1, 3), fs.readFileSync(on('f'))]);
  call(() => fs.writeSync(fd, new Uint8Array([65, 66, 67]), { offset: 2, position: 5 }));
  call(() => fs.writeSync(fd, new Uint8Array([65]), 0, 5));
  call(() => fs.readFileSync(on('f'), 'utf8'));
  call(() => fs.readFileSync(fd, 'utf8'));
  call(() => fs.writeFileSync(fd, '!'));
  call(() => fs.ftruncateSync(fd, 4));
  call(() => fs.ftruncateSync(fd, -1));
  call(() => fs.fsyncSync(fd));
  call(() => fs.fdatasyncSync(fd));
  call(() => fs.fchmodSync(fd, 0o600));
  call(() => fs.futimesSync(fd, 1, new Date(2000)));
  call(() => fs.fstatSync(fd));
  call(() => fs.fstatSync(fd, { bigint: true }));
  call(() => fs.fstatSync(fd, { bigint: true }).mtimeNs);
  call(() => fs.closeSync(fd));
  for (const bad of [fd, 999_999, 2 ** 31, 2 ** 53, -1, 1.5, '3' as never, null as never]) {
    call(() => fs.closeSync(bad));
    call(() => fs.readSync(bad, buffer));
    call(() => fs.writeSync(bad, buffer));
    call(() => fs.fstatSync(bad));
    call(() => fs.fsyncSync(bad));
    call(() => fs.fdatasyncSync(bad));
    call(() => fs.ftruncateSync(bad));
    call(() => fs.fchmodSync(bad, 0));
    call(() => fs.futimesSync(bad, 0, 0));
    if (bad !== fd && bad !== 999_999) continue;
    call(() => fs.readFileSync(bad));
    call(() => fs.readFileSync(bad, 'utf8'));
    call(() => fs.writeFileSync(bad, 'x'));
    call(() => fs.appendFileSync(bad, 'x'));
  }
});

likeNode('options of a type that is none', (fs, on, call) => {
  fs.writeFileSync(on('f'), 'text');
  fs.symlinkSync('f', on('l'));
  for (const bad of [5, true, 5n, Symbol('x')] as never[]) {
    call(() => fs.readFileSync(on('f'), bad));
    call(() => fs.writeFileSync(on('f'), 'x', bad));
    call(() => fs.appendFileSync(on('f'), 'x', bad));
    call(() => fs.readlinkSync(on('l'), bad));
    call(() => fs.realpathSync(on('l'), bad));
    call(() => fs.readdirSync(on(''), bad));
    call(() => fs.opendirSync(on(''), bad));
    call(() => fs.mkdtempSync(on('t'), bad));
    call(() => fs.readdirSync(on('')).sort());
  }
});

likeNode('several buffers at once', (fs, on, call) => {
  fs.writeFileSync(on('f'), '0123456789');
  fs.mkdirSync(on('dir'));
  const fd = fs.openSync(on('f'), 'r+');
  const appending = fs.openSync(on('f'), 'a');
  const dir = fs.openSync(on('dir'));
  const room = (): ArrayBufferView[] => [new Uint8Array(2), new Uint8Array(0), new Uint16Array(2)];
  const data = (): ArrayBufferView[] => [new Uint8Array([65, 66]), new DataView(new ArrayBuffer(1)), new Uint8Array(0)];
  const read = (position?: unknown, buffers = room()): unknown => {
    const got = fs.readvSync(fd, buffers, position as number);
    return [got, buffers.map((buffer) => new Uint8Array(buffer.buffer))];
  };
  call(() => read());
  call(() => read());
  call(() => read());
  for (const position of [0, 1, 9, 100, null, -1, 1.5, 5n, '1']) call(() => read(position));
  call(() => read(0, []));
  for (const position of [0, 4, null, -1, 1.5, 5n, '1']) {
    call(() => fs.writevSync(fd, data(), position as number));
    call(() => fs.readFileSync(on('f')));
  }
  call(() => [fs.writevSync(fd, []), fs.writevSync(fd, [new Uint8Array(0)])]);
  call(() => [fs.writevSync(appending, data(), 0), fs.readFileSync(on('f'))]);
  call(() => fs.readvSync(appending, room()));
  call(() => fs.readvSync(dir, room()));
  call(() => fs.writevSync(dir, data()));
  for (const bad of [5, null, undefined, 'ab', ['ab'], [null]] as never[]) {
    call(() => fs.readvSync(fd, bad));
    call(() => fs.writevSync(fd, bad));
  }
  for (const bad of [99_999, -1, 1.5, '3', null] as never[]) {
    call(() => fs.readvSync(bad, room()));
    call(() => fs.writevSync(bad, data()));
  }
  for (const open of [fd, appending, dir]) fs.closeSync(open);
});

likeNode('appending goes to the end, wherever it is asked to go', (fs, on, call) => {
  fs.writeFileSync(on('f'), '0123');
  const fd = fs.openSync(on('f'), 'a+');
  call(() => fs.readSync(fd, new Uint8Array(2)));
  call(() => fs.writeSync(fd, 'ab', 0));
  call(() => fs.writeSync(fd, 'c'));
  call(() => fs.readSync(fd, new Uint8Array(2)));
  fs.closeSync(fd);
  call(() => fs.readFileSync(on('f'), 'utf8'));
});

likeNode('the offset is the end of the own append, whatever others append', (fs, on, call) => {
  const fd = fs.openSync(on('f'), 'a+');
  const buffer = new Uint8Array(9);
  for (const text of ['abc', '0123456789', '']) {
    call(() => fs.writeSync(fd, text));
    fs.appendFileSync(on('f'), 'MORE');
    call(() => fs.writeSync(fd, 'xy', 0));
    call(() => [fs.readSync(fd, buffer, 0, 9, null), buffer]);
  }
  call(() => fs.appendFileSync(fd, 'by descriptor'));
  fs.truncateSync(on('f'), 2);
  call(() => fs.readSync(fd, buffer));
  call(() => fs.writeSync(fd, 'z'));
  fs.appendFileSync(on('f'), 'end');
  call(() => [fs.readSync(fd, buffer), buffer]);
  fs.closeSync(fd);
  call(() => fs.readFileSync(on('f'), 'utf8'));
});

likeNode('whole files', (fs, on, call) => {
  plant(fs, on);
  for (const path of PATHS) {
    call(() => fs.readFileSync(on(path), 'utf8'));
    call(() => fs.readFileSync(on(path)));
    call(() => fs.readFileSync(on(path), { encoding: 'utf8', flag: 'a+' }));
    call(() => fs.appendFileSync(on(path), 'more'));
    call(() => fs.truncateSync(on(path), 6));
    call(() => fs.writeFileSync(on(path), new Uint8Array([255, 0, 10])));
    call(() => fs.readFileSync(on(path), 'utf8'));
    call(() => fs.writeFileSync(on(path), 'x', { flag: 'wx' }));
    call(() => fs.truncateSync(on(path)));
    call(() => fs.writeFileSync(on(path), 'x', { flag: 'r' }));
  }
  call(() => fs.writeFileSync(on('private'), '', { mode: 0o600 }));
  call(() => fs.writeFileSync(on('octal'), '', { mode: '777' }));
  call(() => fs.writeFileSync(on('private'), 'again', { mode: 0o777, flush: true }));
  for (const path of ['private', 'octal']) call(() => fs.statSync(on(path)));
  call(() => fs.readFileSync(on('private'), 'nonsense' as never));
  call(() => fs.writeFileSync(on('private'), 5 as never));
  call(() => fs.readdirSync(on('')));
});

likeNode('attributes', (fs, on, call) => {
  plant(fs, on);
  for (const path of PATHS) {
    call(() => fs.statSync(on(path)));
    call(() => fs.lstatSync(on(path)));
    call(() => fs.statSync(on(path), { bigint: true }));
    call(() => fs.lstatSync(on(path), { throwIfNoEntry: false }));
    call(() => fs.existsSync(on(path)));
    for (const mode of [undefined, 0, 1, 2, 4, 6]) call(() => fs.accessSync(on(path), mode));
    call(() => fs.utimesSync(on(path), 1.5, 2_000_000_000.25));
    call(() => fs.statSync(on(path)).mtimeMs);
    call(() => fs.statSync(on(path)).atime);
    call(() => fs.lutimesSync(on(path), '7', new Date(-1500)));
    call(() => fs.lstatSync(on(path), { bigint: true }).mtimeNs);
    call(() => fs.lstatSync(on(path), { bigint: true }).mtimeMs);
    call(() => fs.lstatSync(on(path)).mtime);
    call(() => fs.chmodSync(on(path), 0o750));
    call(() => fs.chmodSync(on(path), '740'));
    call(() => fs.statSync(on(path)).mode);
  }
  call(() => fs.chmodSync(on('file'), '9'));
  call(() => fs.chmodSync(on('file'), -1));
  call(() => fs.utimesSync(on('file'), NaN, 0));
  call(() => fs.existsSync(5 as never));
  call(() => fs.statSync(on('file')).ino === fs.statSync(on('file')).ino);
  call(() => fs.statSync(on('file')).dev === fs.statSync(on('dir')).dev);
});

likeNode(
  'owners, and statfs',
  (fs, on, call) => {
    plant(fs, on);
    // Whoever runs this may give files to themselves.
    const [uid, gid] = [process.getuid!(), process.getgid!()];
    const fd = fs.openSync(on('file'));
    for (const path of PATHS) {
      call(() => fs.chownSync(on(path), uid, gid));
      call(() => fs.lchownSync(on(path), -1, gid));
      call(() => [fs.lstatSync(on(path)).uid === uid, fs.lstatSync(on(path)).gid === gid]);
      for (const bigint of [false, true]) {
        call(() => {
          const entries = Object.entries(fs.statfsSync(on(path), { bigint: bigint as true }));
          // Node 24 has one more, which 9P does not tell.
          return entries.map(([name, value]) => `${name} ${typeof value}`).filter((line) => !line.startsWith('frsize'));
        });
      }
    }
    call(() => fs.fchownSync(fd, uid, gid));
    call(() => fs.fchownSync(fd, 2 ** 32 - 1, -1));
    call(() => fs.fchownSync(99_999, uid, gid));
    for (const bad of [2 ** 32, -2, 1.5, NaN, '0', null, undefined, 1n] as never[]) {
      call(() => fs.chownSync(on('file'), bad, gid));
      call(() => fs.lchownSync(on('file'), uid, bad));
      call(() => fs.fchownSync(fd, bad, bad));
    }
    fs.closeSync(fd);
  },
  process.getuid?.() === 0 ? '' : 'files in memory belong to root',
);

likeNode('making and removing names', (fs, on, call) => {
  plant(fs, on);
  for (const path of [...PATHS, 'new', 'new/', 'dir/..', 'dir/.']) {
    call(() => fs.mkdirSync(on(path)));
    call(() => fs.symlinkSync('target', on(path)));
    call(() => fs.readlinkSync(on(path)));
    call(() => fs.linkSync(on('file'), on(path)));
    call(() => fs.linkSync(on(path), on('other')));
    call(() => fs.renameSync(on(path), on('other')));
    call(() => fs.renameSync(on('other'), on(path)));
    call(() => fs.unlinkSync(on(path)));
    call(() => fs.rmdirSync(on(path)));
    call(() => fs.readdirSync(on('')));
  }
  call(() => fs.mkdirSync(on('mode'), 0o700));
  call(() => fs.mkdirSync(on('mode2'), { mode: '777' }));
  call(() => [fs.statSync(on('mode')).mode, fs.statSync(on('mode2')).mode]);
  call(() => fs.renameSync(on('mode'), on('mode/below')));
  call(() => fs.mkdirSync(on('x'.repeat(256))));
  call(() => fs.statSync(on('x/'.repeat(2100))));
});

test('error texts are those of Node', () => {
  for (const [number, [name, message]] of getSystemErrorMap()) {
    if (name in NODE_MESSAGES || ['ENOENT', 'ENOTDIR', 'EBADF', 'EROFS', 'ENOSPC', 'EMFILE'].includes(name)) {
      if (process.platform === 'linux') assert.is(messageOf(-number), message, name);
    }
  }
  assert.is(messageOf(116), 'stale file handle');
  assert.is(messageOf(4000), 'unknown error 4000');
});

test.run();
