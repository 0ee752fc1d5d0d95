// Conformance under changes by others than the server: inode numbers and versions.
import * as assert from '../assert.ts';
import { Attachment } from '../../vfs/connect/attachment.ts';
import { Iov } from '../../vfs/lib/iov.ts';
import { O_CREAT, O_RDONLY, O_RDWR } from '../../vfs/linux/constants.ts';
import { errnoName } from '../../vfs/linux/errno.ts';
import { tick, type Part, type Subject, type Test } from '../kit.ts';

const hasOutside = ({ outside }: Subject): boolean => outside !== undefined;

/** Files that others change, too. */
export function identity(part: Part): void {
  const test = (title: string, run: Test): void =>
    part.when(hasOutside, 'the store has no access from outside', title, run);

  test('each side sees what the other does, at once', (kit) => {
    const { fs } = kit.outside;
    fs.writeFileSync(kit.out('from-outside'), 'hello');
    assert.is(kit.get('from-outside'), 'hello');
    kit.put('from-inside', 'there');
    assert.is(String(fs.readFileSync(kit.out('from-inside'), 'utf8')), 'there');
    fs.mkdirSync(kit.out('d'));
    fs.symlinkSync('target', kit.out('d/l'));
    assert.is(kit.readlink('d/l'), 'target');
    fs.unlinkSync(kit.out('from-outside'));
    assert.is(kit.get('from-outside'), 'ENOENT');
    assert.equal(kit.list(''), ['d', 'from-inside']);
  });

  test('names are looked at anew each time, however often they were', (kit) => {
    const { fs } = kit.outside;
    fs.mkdirSync(kit.out('d'));
    for (let i = 0; i < 20; i++) {
      assert.is(kit.get('d/f'), 'ENOENT');
      // Now and then the directory is unchanged for a while.
      if (i % 5 === 0) tick();
      assert.is(kit.get('d/f'), 'ENOENT');
      fs.writeFileSync(kit.out('d/f'), `${i}`);
      assert.is(kit.get('d/f'), `${i}`);
      if (i % 5 === 1) tick();
      assert.is(kit.get('d/f'), `${i}`);
      fs.renameSync(kit.out('d/f'), kit.out('d/g'));
      assert.is(kit.get('d/f'), 'ENOENT');
      if (i % 5 === 2) tick();
      assert.is(kit.get('d/g'), `${i}`);
      fs.writeFileSync(kit.out('d/f'), 'other');
      fs.renameSync(kit.out('d/f'), kit.out('d/g'));
      assert.is(kit.get('d/g'), 'other');
      fs.unlinkSync(kit.out('d/g'));
    }
  });

  test('a file written outside while it is open', (kit) => {
    const { fs } = kit.outside;
    kit.put('f', 'one');
    const fid = kit.open('f', O_RDWR);
    const before = kit.fstat(fid);
    tick();
    fs.writeFileSync(kit.out('f'), 'number two');
    assert.is(kit.read(fid), 'number two');
    const after = kit.fstat(fid);
    assert.is(after.size, 10);
    assert.isNot(after.version, before.version);
    assert.is(after.ino, before.ino);
    kit.clunk(fid);
  });

  test('a fid follows its inode when it is renamed outside', (kit) => {
    const { fs } = kit.outside;
    kit.mkdir('a');
    kit.put('a/f', 'mine');
    const opened = kit.open('a/f', O_RDWR);
    const walked = kit.walk('a/f');
    const dir = kit.walk('a');
    fs.renameSync(kit.out('a/f'), kit.out('g'));
    fs.renameSync(kit.out('a'), kit.out('b'));
    fs.mkdirSync(kit.out('a'));
    fs.writeFileSync(kit.out('a/f'), 'impostor');
    assert.is(kit.read(opened), 'mine');
    assert.is(kit.fstat(walked).ino, kit.stat('g').ino);
    assert.is(kit.lopen(walked), 'ok');
    assert.is(kit.read(walked), 'mine');
    assert.is(kit.fstat(dir).ino, kit.stat('b').ino);
    assert.is(errnoName(kit.client.mkdir(dir, 'sub', 0o700)), 'ok');
    assert.ok(kit.exists('b/sub') && !kit.exists('a/sub'));
    kit.clunk(opened, walked, dir);
  });

  test('a name deleted and made again outside: the fid shows the old object', (kit) => {
    const { fs } = kit.outside;
    kit.put('f', 'old');
    const opened = kit.open('f', O_RDWR);
    const walked = kit.walk('f');
    const { ino } = kit.fstat(walked);
    fs.unlinkSync(kit.out('f'));
    fs.writeFileSync(kit.out('f'), 'new one');
    assert.is(kit.fstat(walked).ino, ino);
    assert.equal([kit.fstat(walked).size, kit.fstat(walked).nlink], [3, 0]);
    assert.is(kit.lopen(walked, O_RDWR), 'ok');
    assert.is(kit.read(walked), 'old');
    assert.is(kit.write(opened, 0, 'OLD'), 3);
    assert.is(kit.get('f'), 'new one');
    assert.is(errnoName(kit.client.link(kit.root, walked, 'g')), 'ENOENT');
    assert.isNot(kit.stat('f').ino, ino);
    kit.clunk(opened, walked);
  });

  test('a directory removed and made again outside', (kit) => {
    const { fs } = kit.outside;
    kit.mkdir('d');
    const fid = kit.walk('d');
    const listed = kit.walk('d');
    assert.is(kit.lopen(listed), 'ok');
    fs.rmdirSync(kit.out('d'));
    fs.mkdirSync(kit.out('d'));
    fs.writeFileSync(kit.out('d/f'), 'new');
    assert.equal(kit.listFid(listed), []);
    assert.is(errnoName(-kit.client.walk(fid, ['f'], 0, 1)), 'ENOENT');
    const made = errnoName(kit.client.mkdir(fid, 'x', 0o700));
    assert.is(made, 'ENOENT');
    assert.equal(kit.list('d'), ['f']);
    kit.clunk(fid, listed);
  });

  test('a file that becomes a directory, and a symlink', (kit) => {
    const { fs } = kit.outside;
    kit.put('x', 'file');
    const file = kit.walk('x');
    fs.unlinkSync(kit.out('x'));
    fs.mkdirSync(kit.out('x'));
    assert.is(kit.get('x/y'), 'ENOENT');
    const dir = kit.walk('x');
    fs.rmdirSync(kit.out('x'));
    fs.symlinkSync('y', kit.out('x'));
    assert.is(kit.readlink('x'), 'y');
    assert.is(kit.lopen(file), 'ok');
    assert.is(kit.read(file), 'file');
    assert.is(kit.fstat(dir).nlink, 0);
    kit.clunk(file, dir);
  });

  test('removed outside while it is listed', (kit) => {
    const { fs } = kit.outside;
    for (let i = 0; i < 20; i++) kit.put(`n${i}`, '');
    const fid = kit.clone(kit.root);
    assert.is(kit.lopen(fid), 'ok');
    const first = kit.readdir(fid, 0, 130);
    const gone = kit.list('').filter((name) => !first.some((entry) => entry.name === name));
    for (const name of gone.slice(2)) fs.unlinkSync(kit.out(name));
    const rest = kit.listFid(fid, first.at(-1)!.cookie).map((entry) => entry.name);
    assert.equal(rest.sort(), gone.slice(0, 2).sort());
    kit.clunk(fid);
  });

  part.test('two sessions of one server see one file system', (kit) => {
    const other = new Attachment(kit.server);
    const { client } = other;
    const fid = kit.open('f', O_RDWR | O_CREAT);
    kit.write(fid, 0, 'shared');
    const again = client.walk(client.root, ['f'], 0, 1);
    assert.is(errnoName(client.lopen(again, O_RDONLY)), 'ok');
    const { sessions, inodes } = kit.server.inspect();
    assert.equal([sessions, inodes], [2, 2]);
    const bytes = new Uint8Array(8);
    const iov = new Iov();
    iov.single(bytes, 0, 8);
    assert.is(client.read(again, 0, iov), 6);
    assert.is(new TextDecoder().decode(bytes.subarray(0, 6)), 'shared');
    other.close();
    assert.is(kit.server.inspect().sessions, 1);
    assert.is(kit.read(fid), 'shared');
    kit.clunk(fid);
  });
}
