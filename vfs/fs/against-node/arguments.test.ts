// Arguments that can be and that cannot, against node:fs: results and errors must be the same.
import { test } from 'uvu';
import { NOT_ROOT } from '../../../build/test/skip.ts';
import { likeNode } from '../testing.ts';

likeNode(
  'modes: which bits are kept where',
  (fs, on, call) => {
    // A host directory sets no set-user-ID and set-group-ID bits: file-system.test.ts has those.
    for (const mode of [0o1755, 0o1777, 0o400]) {
      fs.writeFileSync(on('file'), 'x', { mode });
      call(() => fs.statSync(on('file')).mode);
      fs.chmodSync(on('file'), mode);
      call(() => fs.statSync(on('file')).mode);
      for (const copy of [fs.copyFileSync, fs.copyFileSync, fs.cpSync]) {
        copy(on('file'), on('copy'));
        call(() => fs.statSync(on('copy')).mode);
        fs.chmodSync(on('copy'), 0o600);
      }
      fs.mkdirSync(on('dir'), mode);
      fs.mkdirSync(on('those/above'), { recursive: true, mode });
      fs.mkdirSync(on('set'), mode | 0o6000);
      for (const path of ['dir', 'those', 'those/above', 'set']) call(() => fs.statSync(on(path)).mode);
      for (const path of ['file', 'copy', 'dir', 'those', 'set']) fs.rmSync(on(path), { recursive: true });
    }
  },
  NOT_ROOT,
);

likeNode('modes, times and sizes that cannot be', (fs, on, call) => {
  fs.writeFileSync(on('file'), 'text');
  const fd = fs.openSync(on('file'), 'r+');
  for (const bad of [undefined, null, true, {}, [], '9', '', '0o7', 1.5, -1, 2 ** 32, NaN, 7n] as never[]) {
    call(() => fs.chmodSync(on('file'), bad));
    call(() => fs.fchmodSync(fd, bad));
    call(() => fs.openSync(on('none'), 'r', bad));
    call(() => fs.writeFileSync(on('file'), 'text', { mode: bad }));
    call(() => fs.mkdirSync(on('dir'), { mode: bad }));
    fs.rmSync(on('dir'), { recursive: true, force: true });
  }
  call(() => fs.statSync(on('file')).mode);
  for (const bad of [null, undefined, true, {}, [], 'x', NaN, Infinity] as never[]) {
    call(() => fs.utimesSync(on('file'), bad, 0));
    call(() => fs.lutimesSync(on('file'), 0, bad));
    call(() => fs.futimesSync(fd, bad, bad));
  }
  for (const bad of ['3', null, true, {}, 5n, 1.5, NaN, 2 ** 53, -1, undefined] as never[]) {
    fs.writeFileSync(on('file'), 'text');
    call(() => fs.truncateSync(on('file'), bad));
    call(() => fs.ftruncateSync(fd, bad));
    call(() => fs.ftruncateSync(99_999, bad));
    call(() => fs.truncateSync(on('none'), bad));
    call(() => fs.statSync(on('file')).size);
  }
  fs.closeSync(fd);
});

likeNode('arguments that cannot be', (fs, on, call) => {
  for (const bad of [
    5,
    null,
    undefined,
    {},
    'a\0b',
    new URL('http://h/x'),
    new URL('file:///a%2Fb'),
    new URL('file://h/a'),
  ]) {
    call(() => fs.statSync(bad as never));
    call(() => fs.openSync(bad as never));
    call(() => fs.mkdirSync(bad as never));
    call(() => fs.renameSync(on('x'), bad as never));
    call(() => fs.symlinkSync(bad as never, on('x')));
    call(() => fs.mkdtempSync(bad as never));
  }
  call(() => fs.mkdtempSync(on('none/x-')));
  call(() => fs.mkdtempSync(on('temporary-')).replace(/.{6}$/, ''));
  call(() => fs.readdirSync(on('')).map((name) => [name.length, fs.statSync(on(name)).mode]));
  fs.writeFileSync(on('a b%'), 'by URL');
  call(() => fs.readFileSync(new URL(`file://${on('a%20b%25')}`), 'utf8'));
  call(() => fs.readFileSync(new TextEncoder().encode(on('a b%')), 'utf8'));
});

test.run();
