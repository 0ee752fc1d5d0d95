// Attacks on an exported directory, by a guest or by another process of the host. The symlink race is in symlink-race.test.ts.
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { createServer } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SETATTR_MODE } from '../../../9p/constants.ts';
import {
  O_CREAT,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFREG,
  S_IFSOCK,
} from '../../../linux/constants.ts';
import { E, errnoName, errnoOf } from '../../../linux/errno.ts';
import { Kit } from '../../../../testing/kit.ts';
import { everyWay, hostDir, hosted } from '../testing.ts';
import { isWindowsName } from '../node/text.ts';
import { mknod, setMode } from '../../../client/rare-messages.ts';
import { NOT_LINUX } from '../../../../build/test/skip.ts';

const each = everyWay();
/** These hold on Linux only; `limits` of path-tree.ts describes other systems. */
const linux = everyWay(NOT_LINUX);

/** Walks names one by one, as a guest without a resolver would. Returns the number of names walked. */
function walkRaw(kit: Kit, ...names: string[]): string {
  const fid = kit.client.walk(kit.root, names, 0, names.length);
  if (fid < 0) return `${errnoName(-fid)} after ${kit.client.r.nwqid}`;
  kit.client.clunk(fid);
  return 'ok';
}

linux('26: a fid follows its directory when the host renames it', () => {
  hosted(({ kit, root }) => {
    kit.mkdir('a');
    kit.put('a/f', 'x');
    const fid = kit.walk('a');
    fs.renameSync(`${root}/a`, `${root}/b`);
    assert.is(kit.fstat(fid).ino, kit.stat('b').ino);
    assert.is(errnoName(kit.client.mkdir(fid, 'sub', 0o755)), 'ok');
    assert.ok(fs.existsSync(`${root}/b/sub`));
    kit.clunk(fid);
  });
});

linux('27: `..` of a directory that was moved out is ESTALE, and of one moved back is inside again', () => {
  hosted(({ kit, root, outside }) => {
    kit.mkdir('a');
    kit.mkdir('a/b');
    kit.mkdir('a/b/c');
    const a = kit.walk('a');
    const c = kit.walk('a/b/c');
    fs.renameSync(`${root}/a`, `${outside}/a`);
    fs.writeFileSync(`${outside}/secret`, 'secret');
    for (const [fid, ups] of [
      [a, 1],
      [c, 1],
      [c, 3],
      [c, 9],
    ] as const) {
      const names = Array.from({ length: ups }, () => '..');
      const up = kit.client.walk(fid, [...names, 'secret'], 0, ups + 1);
      assert.ok(up < 0);
      assert.is(kit.client.r.nwqid, 0);
      assert.is(kit.client.walk(fid, ['..'], 0, 1), -E.ESTALE);
    }
    fs.renameSync(`${outside}/a`, `${root}/z`);
    const up = kit.client.walk(c, ['..', '..', '..', '..', '..'], 0, 5);
    assert.is(kit.fstat(up).ino, kit.fstat(kit.root).ino);
    kit.clunk(a, c, up);
  });
});

each('28: a hard link that the host made to a file outside is a file inside, too', () => {
  hosted(({ kit, root, outside }) => {
    fs.writeFileSync(`${outside}/f`, 'shared');
    fs.linkSync(`${outside}/f`, `${root}/f`);
    assert.is(kit.get('f'), 'shared');
    assert.is(kit.stat('f').nlink, 2);
  });
});

each('29: symlinks are never followed here, wherever they lead', () => {
  hosted(({ kit, root, outside }) => {
    fs.writeFileSync(`${outside}/f`, 'secret');
    for (const [name, target] of [
      ['abs', outside],
      ['up', '../outside'],
      ['proc', '/proc/self/root'],
      ['cwd', '/proc/self/cwd'],
      ['fd', '/proc/self/fd'],
      ['loop', 'loop'],
    ] as const) {
      fs.symlinkSync(target, `${root}/${name}`);
      assert.is(walkRaw(kit, name, 'f'), 'ENOENT after 1', name);
      assert.is(walkRaw(kit, name, '..'), 'ENOENT after 1', name);
      assert.is(walkRaw(kit, name, '.'), 'ENOENT after 1', name);
      const fid = kit.walk(name);
      assert.is(kit.lopen(fid), 'ELOOP', name);
      assert.is(errnoName(kit.client.mkdir(fid, 'made', 0o755)), 'ENOTDIR', name);
      kit.clunk(fid);
      for (const path of [`${name}/f`, `${name}/`, `${name}/.`, `${name}/../f`]) {
        const result = kit.openError(path);
        assert.is(result, name === 'loop' ? 'ELOOP' : 'OUTSIDE', path);
      }
      assert.is(kit.openError(`${name}/made`, O_RDWR | O_CREAT), name === 'loop' ? 'ELOOP' : 'OUTSIDE');
      assert.is(kit.readlink(name), target);
    }
    fs.symlinkSync('../outside/made', `${root}/dangling`);
    assert.is(kit.openError('dangling', O_RDWR | O_CREAT), 'OUTSIDE');
    assert.equal(fs.readdirSync(outside), ['f']);
  });
});

linux('29: the links of /proc itself, in an export of it', () => {
  const backend = hostDir('/proc/self', { readOnly: true });
  const kit = new Kit({ backend, dispose: () => {} });
  for (const name of ['root', 'cwd', 'exe']) {
    assert.is(walkRaw(kit, name, 'etc'), 'ENOENT after 1', name);
    assert.is(kit.openError(name), 'OUTSIDE', name);
  }
  kit.end();
  backend.close();
});

/** The errno that a method of a backend returns or throws. */
function answer(call: () => unknown): unknown {
  try {
    return call();
  } catch (thrown) {
    return errnoOf(thrown);
  }
}

each('a name is one component, whatever it looks like', () => {
  hosted(({ kit, backend, root, outside }) => {
    fs.mkdirSync(`${root}/d`);
    fs.writeFileSync(`${root}/file`, 'file');
    fs.writeFileSync(`${outside}/f`, 'secret');
    const names = ['', '.', '..', '../outside', 'd/../../outside', '/etc', 'd/', '/'];
    for (const name of names) {
      // The server checks as well: this is the backend alone.
      const top = backend.root() as never;
      const file = backend.lookup(top, 'file') as never;
      const calls: (() => unknown)[] = [
        () => backend.lookup(top, name),
        () => backend.create(top, name, S_IFREG | 0o644, 0, 0, 0),
        () => backend.create(top, name, S_IFDIR | 0o755, 0, 0, 0),
        () => backend.symlink(top, name, 't', 0, 0),
        () => backend.link(top, name, file),
        () => backend.rename(top, name, file, top, 'new', null),
        () => backend.rename(top, 'file', file, top, name, null),
        () => backend.unlink(top, name, file),
      ];
      for (const [n, call] of calls.entries()) assert.is(answer(call), E.EINVAL, `${name}, call ${n}`);
      if (name !== '..' && name !== '.') assert.is(walkRaw(kit, name), 'EINVAL after 0', name);
    }
    assert.is(walkRaw(kit, '..', '..', 'outside', 'f'), 'ENOENT after 2');
  });
});

linux('30: fifos are not opened, and nothing blocks', () => {
  hosted(({ kit, root }) => {
    execFileSync('mkfifo', [`${root}/fifo`]);
    assert.is(kit.stat('fifo').kind, S_IFIFO);
    for (const flags of [O_RDONLY, O_WRONLY, O_RDWR, O_RDONLY | O_NONBLOCK, O_WRONLY | O_CREAT, O_WRONLY | O_TRUNC]) {
      assert.is(kit.openError('fifo', flags), 'ENXIO');
    }
    const fid = kit.walk('fifo');
    assert.is(kit.setSize(fid, 0), 'EINVAL');
    kit.clunk(fid);
    assert.is(kit.unlink('fifo'), 'ok');
  });
});

linux('31: sockets and devices are not opened', () => {
  hosted(({ kit, root }) => {
    const server = createServer().listen(`${root}/socket`);
    assert.is(kit.stat('socket').kind, S_IFSOCK);
    assert.is(kit.openError('socket', O_RDWR), 'ENXIO');
    server.close();
  });
  const backend = hostDir('/dev');
  const kit = new Kit({ backend, dispose: () => {} });
  assert.is(kit.stat('null').kind, S_IFCHR);
  for (const flags of [O_RDONLY, O_RDWR, O_WRONLY | O_TRUNC, O_RDWR | O_CREAT]) {
    assert.is(kit.openError('null', flags), 'ENXIO');
  }
  kit.end();
  backend.close();
});

each('32: no device is made, and a fifo or a socket only through libc', () => {
  hosted(({ kit, root, backend }) => {
    const make = (kind: number): string => errnoName(mknod(kit.client, kit.root, 'x', kind | 0o666, 1, 3));
    for (const kind of [0o020000, 0o060000]) assert.is(make(kind), 'EPERM');
    assert.equal(fs.readdirSync(root), []);
    for (const kind of [S_IFIFO, S_IFSOCK]) {
      assert.is(make(kind | 0o6000), backend.capabilities.specialFiles ? 'ok' : 'EPERM');
      if (!backend.capabilities.specialFiles) continue;
      const { mode, rdev } = fs.lstatSync(`${root}/x`);
      assert.equal([mode & ~0o777, rdev], [kind, 0]);
      assert.is(kit.openError('x', O_RDWR), 'ENXIO');
      assert.is(kit.unlink('x'), 'ok');
    }
  });
});

each('33: no set-user-ID, no set-group-ID', () => {
  hosted(({ kit, root }) => {
    const special = (name: string): number => fs.statSync(`${root}/${name}`).mode & 0o6000;
    const fid = kit.clone(kit.root);
    assert.is(errnoName(kit.client.lcreate(fid, 'f', O_RDWR, 0o6755)), 'ok');
    assert.is(special('f'), 0);
    assert.is(errnoName(setMode(kit.client, fid, SETATTR_MODE, 0o6755)), 'ok');
    assert.is(special('f'), 0);
    assert.is(fs.statSync(`${root}/f`).mode & 0o777, 0o755);
    kit.clunk(fid);
    assert.is(errnoName(kit.client.mkdir(kit.root, 'd', 0o6755)), 'ok');
    assert.is(errnoName(mknod(kit.client, kit.root, 'n', 0o106755, 0, 0)), 'ok');
    assert.equal([special('d'), special('n')], [0, 0]);
  });
});

each('33: a change of the content takes the bits that the host gave', () => {
  hosted(({ kit, root }) => {
    for (const change of ['write', 'truncate', 'O_TRUNC']) {
      fs.writeFileSync(`${root}/f`, 'x');
      fs.chmodSync(`${root}/f`, 0o6755);
      const fid = kit.open('f', change === 'O_TRUNC' ? O_RDWR | O_TRUNC : O_RDWR);
      if (change === 'write') assert.is(kit.write(fid, 0, 'y'), 1);
      if (change === 'truncate') assert.is(kit.setSize(fid, 0), 'ok');
      kit.clunk(fid);
      assert.is(fs.statSync(`${root}/f`).mode & 0o7777, 0o755, change);
      fs.unlinkSync(`${root}/f`);
    }
  });
});

each('34: names that the host takes for one are not two files', () => {
  hosted(({ kit, root }) => {
    for (const [one, other] of [
      ['Foo', 'foo'],
      ['\u00e9', 'e\u0301'],
    ] as const) {
      kit.put(one, 'one');
      if (fs.existsSync(`${root}/${other}`)) {
        assert.is(kit.openError(other), 'ENOENT');
        assert.is(kit.openError(other, O_RDWR | O_CREAT), 'EEXIST');
        assert.is(kit.mkdir(other), 'EEXIST');
      } else {
        kit.put(other, 'other');
        assert.is(kit.get(other), 'other');
      }
      assert.is(kit.get(one), 'one');
    }
  });
});

each('35: names that Windows takes for something else', () => {
  const bad = 'CON con nul.txt AUX. COM1 COM¹ lpt³.a PRN.tar.gz a:b a. a..\\b x\\y q? * < | CONIN$ conout$'.split(' ');
  for (const name of [...bad, 'a ', 'com2 .x', 'con .txt', '"', 'a\u0001', '...', 'f::$DATA']) {
    assert.not(isWindowsName(name), name);
  }
  for (const name of ['a', '.a', 'con1', 'COM', 'COM10', 'console', 'a.b.c', 'nul_', 'é', 'a b', "'", 'a;b', 'com']) {
    assert.ok(isWindowsName(name), name);
  }
});

linux('36: names that are not UTF-8 are those of no other file, and never mangled', () => {
  hosted(({ kit, root }) => {
    const bad = (...bytes: number[]): Buffer => Buffer.concat([Buffer.from(`${root}/d/x`), Buffer.from(bytes)]);
    kit.mkdir('d');
    fs.writeFileSync(bad(0xff), '1');
    fs.writeFileSync(bad(0xfe), '2');
    fs.writeFileSync(bad(0xc3), '3');
    const names = ['x\udcc3', 'x\udcfe', 'x\udcff'];
    assert.equal(kit.list('d'), names);
    assert.equal([kit.get('d/x\udcff'), kit.get('d/x\udcfe'), kit.get('d/x\udcc3')], ['1', '2', '3']);
    for (const name of ['x\ufffd', 'x', 'xÿ', 'x\udcc3\udcff']) assert.is(kit.get(`d/${name}`), 'ENOENT');
    assert.is(kit.get('d/x\udcc3\udca9'), 'EILSEQ');
    assert.is(kit.rmdir('d'), 'ENOTEMPTY');
    // Files that really have such names.
    kit.put('d/x\ufffd', 'mine');
    kit.put('d/xé', 'other');
    assert.equal(kit.list('d'), [...names, 'xé', 'x\ufffd'].sort());
    assert.equal([kit.get('d/x\ufffd'), kit.get('d/xé')], ['mine', 'other']);
    kit.put('d/x\udcfe', '22');
    assert.is(fs.readFileSync(bad(0xfe), 'utf8'), '22');
    assert.equal([kit.unlink('d/x\ufffd'), kit.unlink('d/x\udcff')], ['ok', 'ok']);
    assert.is(fs.readdirSync(`${root}/d`).length, 3);
    assert.not(fs.existsSync(bad(0xff)));
    fs.symlinkSync(Buffer.from([0x61, 0xff]), `${root}/l`);
    assert.is(kit.readlink('l'), 'a\udcff');
  });
});

linux('37: a name deleted and made again shows the old file to the fid, even with the same inode number', () => {
  hosted(({ kit, root }) => {
    for (let i = 0; i < 50; i++) {
      fs.writeFileSync(`${root}/f`, 'old');
      const walked = kit.walk('f');
      const opened = kit.open('f', O_RDWR);
      fs.unlinkSync(`${root}/f`);
      fs.writeFileSync(`${root}/f`, 'new file');
      assert.is(kit.fstat(walked).size, 3);
      assert.is(kit.lopen(walked, O_RDWR), 'ok');
      assert.is(kit.write(walked, 0, 'OLD'), 3);
      assert.is(kit.read(opened), 'OLD');
      assert.is(fs.readFileSync(`${root}/f`, 'utf8'), 'new file');
      kit.clunk(walked, opened);
      fs.unlinkSync(`${root}/f`);
    }
  });
});

test.run();
