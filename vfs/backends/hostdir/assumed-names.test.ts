// Names are created, removed and replaced without a lookup first, since the kernel does one: its errors come through.
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { O_CREAT, O_EXCL, O_RDWR, O_WRONLY } from '../../linux/constants.ts';
import { errnoName } from '../../linux/errno.ts';
import { everyWay, hosted } from './testing.ts';
import { mknod } from '../../client/rare-messages.ts';

const each = everyWay();
/** One file of each kind, created by the host, so that no name is known. */
function fill(root: string): void {
  fs.writeFileSync(`${root}/file`, 'file');
  fs.writeFileSync(`${root}/other`, 'other');
  fs.symlinkSync('file', `${root}/link`);
  fs.mkdirSync(`${root}/empty`);
  fs.mkdirSync(`${root}/full/below`, { recursive: true });
}

const NAMES = ['file', 'link', 'empty', 'full'];

each('an existing name is not created again', () => {
  hosted(
    ({ kit, root }) => {
      const { client } = kit;
      for (const name of NAMES) {
        assert.is(errnoName(client.mkdir(kit.root, name, 0o755)), 'EEXIST', name);
        assert.is(errnoName(client.symlink(kit.root, name, 'target')), 'EEXIST', name);
        assert.is(errnoName(mknod(client, kit.root, name, 0o100644, 0, 0)), 'EEXIST', name);
        // A device cannot be created anyway, nor a directory linked.
        assert.is(errnoName(mknod(client, kit.root, name, 0o020644, 1, 3)), 'EEXIST', name);
        for (const from of ['other', 'empty']) {
          const fid = kit.walk(from);
          assert.is(errnoName(client.link(kit.root, fid, name)), 'EEXIST', `${from} as ${name}`);
          kit.clunk(fid);
        }
        const fid = kit.clone(kit.root);
        assert.is(errnoName(client.lcreate(fid, name, O_RDWR | O_CREAT | O_EXCL, 0o644)), 'EEXIST', name);
        const errno = errnoName(client.lcreate(fid, name, O_RDWR | O_CREAT, 0o644));
        assert.is(errno, { file: 'ok', link: 'ELOOP' }[name] ?? 'EISDIR', name);
        kit.clunk(fid);
      }
      assert.equal(fs.readdirSync(root).sort(), ['empty', 'file', 'full', 'link', 'other']);
      assert.is(kit.get('file'), 'file');
    },
    undefined,
    fill,
  );
});

each('a file that cannot be removed stays', () => {
  hosted(
    ({ kit, root }) => {
      const none = ['none', 'file/x'];
      assert.equal(none.map((name) => kit.unlink(name)).join(), 'ENOENT,ENOTDIR');
      assert.equal(none.map((name) => kit.rmdir(name)).join(), 'ENOENT,ENOTDIR');
      assert.equal(['empty', 'full'].map((name) => kit.unlink(name)).join(), 'EISDIR,EISDIR');
      assert.equal(['file', 'link', 'full'].map((name) => kit.rmdir(name)).join(), 'ENOTDIR,ENOTDIR,ENOTEMPTY');
      assert.is(fs.readdirSync(root).length, 5);
      assert.equal([kit.unlink('file'), kit.unlink('link'), kit.rmdir('empty')].join(), 'ok,ok,ok');
      assert.equal([kit.unlink('file'), kit.unlink('link'), kit.rmdir('empty')].join(), 'ENOENT,ENOENT,ENOENT');
      assert.equal(fs.readdirSync(root).sort(), ['full', 'other']);
    },
    undefined,
    fill,
  );
});

each('a file that cannot be renamed stays', () => {
  hosted(
    ({ kit, root }) => {
      const { client } = kit;
      const rename = (from: string, to: string) => errnoName(client.renameat(kit.root, from, kit.root, to));
      assert.is(rename('none', 'new'), 'ENOENT');
      assert.is(rename('none', 'file'), 'ENOENT');
      assert.is(rename('none', 'n'.repeat(256)), 'ENOENT');
      assert.is(rename('file', 'n'.repeat(256)), 'ENAMETOOLONG');
      assert.is(rename('empty', 'file'), 'ENOTDIR');
      assert.is(rename('file', 'empty'), 'EISDIR');
      assert.is(rename('empty', 'full'), 'ENOTEMPTY');
      const below = kit.walk('full/below');
      assert.is(errnoName(client.renameat(kit.root, 'full', below, 'x')), 'EINVAL');
      assert.is(errnoName(client.renameat(below, 'none', kit.root, 'full')), 'ENOENT');
      kit.clunk(below);
      fs.linkSync(`${root}/file`, `${root}/same`);
      assert.is(rename('same', 'file'), 'ok');
      assert.equal([fs.existsSync(`${root}/same`), kit.get('file')], [true, 'file'], 'two names of one file stay');
      assert.is(rename('full', 'empty'), 'ok');
      assert.is(rename('other', 'file'), 'ok');
      assert.equal(fs.readdirSync(root).sort(), ['empty', 'file', 'link', 'same']);
      assert.equal([kit.get('file'), kit.get('same')], ['other', 'file']);
    },
    undefined,
    fill,
  );
});

each('a fid’s file is an orphan when its name is taken or given to another', () => {
  hosted(
    ({ kit }) => {
      const { server } = kit;
      const birthtime: string[] = [];
      server.observers.add({ orphan: (inode) => birthtime.push(String(inode.ino)) });
      const fid = kit.open('file', O_RDWR);
      const { ino } = kit.fstat(fid);
      assert.is(kit.rename('other', 'file'), 'ok');
      assert.equal([birthtime, server.inspect().orphans], [[String(ino)], 1]);
      assert.is(kit.read(fid), 'file');
      kit.clunk(fid);
      const walked = kit.walk('file');
      assert.is(kit.unlink('file'), 'ok');
      assert.equal([birthtime.length, server.inspect().orphans], [2, 1]);
      assert.is(kit.fstat(walked).nlink, 0);
      const dir = kit.walk('full/below');
      assert.is(kit.rmdir('full/below'), 'ok');
      assert.equal([birthtime.length, server.inspect().orphans], [3, 2]);
      kit.clunk(walked, dir);
      assert.is(server.inspect().orphans, 0);
    },
    undefined,
    fill,
  );
});

each('a fid under one of two names: the other is taken, then its own', () => {
  hosted(
    ({ kit, root }) => {
      const { server } = kit;
      assert.is(kit.link('file', 'two'), 'ok');
      const fid = kit.open('two', O_RDWR);
      assert.is(kit.unlink('file'), 'ok');
      assert.equal([kit.fstat(fid).nlink, server.inspect().orphans], [1, 0]);
      // By another name than the walked one.
      fs.renameSync(`${root}/two`, `${root}/moved`);
      assert.is(kit.unlink('moved'), 'ok');
      assert.equal([kit.fstat(fid).nlink, server.inspect().orphans], [0, 1]);
      kit.clunk(fid);
    },
    undefined,
    fill,
  );
});

each('unlink removes the file that the host put at a known name', () => {
  hosted(
    ({ kit, root }) => {
      const fid = kit.open('file', O_WRONLY);
      fs.renameSync(`${root}/file`, `${root}/kept`);
      fs.mkdirSync(`${root}/file`);
      assert.is(kit.unlink('file'), 'EISDIR');
      assert.is(kit.rename('empty', 'file'), 'ok', 'a directory goes over an empty one');
      assert.is(kit.rmdir('file'), 'ok');
      assert.is(kit.fstat(fid).nlink, 1);
      assert.is(fs.readFileSync(`${root}/kept`, 'utf8'), 'file');
      kit.clunk(fid);
    },
    undefined,
    fill,
  );
});

each('a link of what the host has renamed meanwhile is of that file', () => {
  hosted(
    ({ kit, root }) => {
      const fid = kit.walk('file');
      fs.renameSync(`${root}/file`, `${root}/moved`);
      fs.writeFileSync(`${root}/file`, 'impostor');
      const errno = errnoName(kit.client.link(kit.root, fid, 'new'));
      if (errno === 'ok') assert.is(fs.readFileSync(`${root}/new`, 'utf8'), 'file');
      else assert.equal([errno, fs.existsSync(`${root}/new`)], ['ESTALE', false]);
      if (process.platform === 'linux') assert.is(errno, 'ok');
      assert.is(fs.readFileSync(`${root}/file`, 'utf8'), 'impostor');
      kit.clunk(fid);
    },
    undefined,
    fill,
  );
});

test.run();
