// Hard links of an inode whose walked name is gone: other names, unknown to any fid, are found.
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { remove, rename } from '../../client/rare-messages.ts';
import { errnoName } from '../../linux/errno.ts';
import { everyWay, hosted } from './testing.ts';
import { NOT_LINUX } from '../../../build/test/skip.ts';

const linux = everyWay(NOT_LINUX);

linux('a link by a fid whose own name is gone, while the file has another', () => {
  for (const byHost of [false, true]) {
    hosted(({ kit, root }) => {
      kit.put('a', 'x');
      const fid = kit.walk('a');
      if (byHost) fs.linkSync(`${root}/a`, `${root}/b`);
      else assert.is(errnoName(kit.client.link(kit.root, fid, 'b')), 'ok');
      assert.is(kit.unlink('a'), 'ok');
      assert.is(errnoName(kit.client.link(kit.root, fid, 'c')), 'ok', `by the host: ${byHost}`);
      assert.is(fs.statSync(`${root}/c`).ino, fs.statSync(`${root}/b`).ino);
      for (const name of ['b', 'c']) assert.is(kit.unlink(name), 'ok');
      assert.is(errnoName(kit.client.link(kit.root, fid, 'd')), 'ENOENT', 'it has no name any more');
      kit.clunk(fid);
    });
  }
});

linux('a fid’s name is moved and removed after the file was linked elsewhere', () => {
  hosted(({ kit, backend, root }) => {
    for (const dir of ['d', 'e', 'f']) kit.mkdir(dir);
    kit.put('d/a', 'x');
    kit.put('e/a', 'y');
    const [moved, removed] = [kit.walk('d/a'), kit.walk('e/a')];
    assert.is(kit.link('d/a', 'f/b'), 'ok');
    assert.is(kit.link('e/a', 'f/c'), 'ok');
    // The directories that the fids came by are known for no other reason.
    backend.trim();
    assert.is(errnoName(rename(kit.client, moved, kit.root, 'z')), 'ok');
    assert.is(errnoName(remove(kit.client, removed)), 'ok');
    assert.equal(fs.readdirSync(root).sort(), ['d', 'e', 'f', 'z']);
    assert.equal(
      ['d', 'e', 'f'].map((dir) => fs.readdirSync(`${root}/${dir}`).join()),
      ['', '', 'b,c'],
    );
    kit.clunk(moved);
  });
});

test.run();
