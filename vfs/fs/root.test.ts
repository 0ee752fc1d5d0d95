// Tries the root of a FileSystem: its own parent, the target of no change, and a directory of a client's choice.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ram } from '../backends/ram/index.ts';
import { Attachment, serverFor } from '../connect/server-for.ts';
import { FileSystem } from './file-system.ts';
import { codeOf, onEach } from './testing.ts';

test('the root is its own parent, and absolute symlinks begin at it', () => {
  onEach((fs) => {
    fs.mkdirSync('/a/b', { recursive: true });
    fs.writeFileSync('/a/f', 'f');
    fs.symlinkSync('/a/f', '/a/b/abs');
    fs.symlinkSync('../../../../a/f', '/a/b/far');
    fs.symlinkSync('/', '/a/b/root');
    fs.symlinkSync('/../a/b/made', '/a/b/make');
    for (const path of ['/../a/f', '../../a/f', 'a/b/../../../a/f', '/a/b/abs', 'a/b/far', 'a/b/root/a/f']) {
      assert.is(fs.readFileSync(path, 'utf8'), 'f', path);
      assert.is(fs.realpathSync(path), '/a/f', path);
    }
    fs.writeFileSync('a/b/make', 'made');
    assert.is(fs.readFileSync('/a/b/made', 'utf8'), 'made');
    assert.equal(fs.readdirSync('/..'), ['a']);
    assert.equal(fs.readdirSync('/a/b/root/'), ['a']);
    assert.is(fs.realpathSync('/a/b/root'), '/');
    assert.ok(fs.statSync('/').isDirectory() && fs.statSync('//').isDirectory() && fs.statSync('.').isDirectory());
  });
});

test('the root itself: what Linux says of /', () => {
  onEach((fs) => {
    fs.writeFileSync('/f', '');
    for (const root of ['/', '//']) {
      assert.is(
        codeOf(() => fs.rmdirSync(root)),
        'EBUSY',
      );
      assert.is(
        codeOf(() => fs.mkdirSync(root)),
        'EEXIST',
      );
      assert.is(
        codeOf(() => fs.unlinkSync(root)),
        'EISDIR',
      );
      assert.is(
        codeOf(() => fs.renameSync(root, '/x')),
        'EBUSY',
      );
      assert.is(
        codeOf(() => fs.renameSync('/f', root)),
        'EBUSY',
      );
      assert.is(
        codeOf(() => fs.symlinkSync('t', root)),
        'EEXIST',
      );
      assert.is(
        codeOf(() => fs.linkSync('/f', root)),
        'EEXIST',
      );
      assert.is(
        codeOf(() => fs.openSync(root, 'w')),
        'EISDIR',
      );
      assert.is(
        codeOf(() => fs.openSync(root, 'wx')),
        'EEXIST',
      );
      assert.is(fs.mkdirSync(root, { recursive: true }), undefined);
    }
    assert.is(
      codeOf(() => fs.rmdirSync('/..')),
      'ENOTEMPTY',
    );
    assert.is(
      codeOf(() => fs.rmdirSync('/.')),
      'EINVAL',
    );
  });
});

test('a directory below can be the root, and nothing above it is seen', () => {
  const mount = new Attachment(serverFor(ram()));
  const whole = new FileSystem(mount.at, mount.client.root);
  whole.mkdirSync('/jail/in', { recursive: true });
  whole.writeFileSync('/secret', 'secret');
  whole.symlinkSync('/secret', '/jail/abs');
  whole.symlinkSync('../secret', '/jail/up');
  const fid = mount.client.walk(mount.client.root, ['jail'], 0, 1);
  const jail = new FileSystem(mount.at, fid);
  for (const path of ['/secret', '../secret', 'in/../../secret', 'abs', 'up']) {
    assert.is(
      codeOf(() => jail.readFileSync(path)),
      'ENOENT',
      path,
    );
  }
  jail.writeFileSync('abs', 'inside');
  assert.equal(whole.readdirSync('/jail'), ['abs', 'in', 'secret', 'up']);
  assert.is(whole.readFileSync('/secret', 'utf8'), 'secret');
  jail.unmount();
  mount.client.clunk(fid);
  assert.is(mount.client.fidsInUse, 1);
  mount.close();
});

test.run();
