// One store mounted twice, for writing and read-only: who holds what is counted once.
import { Volume } from 'memfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { GETATTR_ALL, LOCK_BLOCKED, LOCK_SUCCESS, LOCK_TYPE_RDLCK, LOCK_TYPE_WRLCK } from '../../9p/constants.ts';
import { O_CREAT, O_RDWR } from '../../linux/constants.ts';
import { E, errnoName } from '../../linux/errno.ts';
import { Attachment, serverFor } from '../../connect/server-for.ts';
import type { Backend } from '../../backend/backend.ts';
import { Kit } from '../../../testing/kit.ts';
import { ram, type RamOptions } from '../ram/index.ts';
import { readOnly } from './index.ts';
import { lock } from '../../client/rare-messages.ts';

/** A writable mount of a store, and a read-only one; at the end nothing may be left of either. */
function both(run: (writer: Kit, reader: Kit, store: Backend) => void, options: RamOptions = {}): void {
  const store = ram(options);
  const dispose = (): void => {};
  const writer = new Kit({ backend: store, dispose });
  const reader = new Kit({ backend: readOnly(store), dispose });
  run(writer, reader, store);
  assert.is(writer.client.fidsInUse, 1);
  writer.mount.close();
  reader.end();
  assert.equal(writer.server.inspect(), reader.server.inspect());
}

test('one view of a backend, one server of a view', () => {
  const store = ram();
  assert.is(readOnly(store), readOnly(store));
  assert.is(readOnly(readOnly(store)), readOnly(store));
  assert.is(serverFor(readOnly(store)), serverFor(readOnly(store)));
  assert.is.not(serverFor(readOnly(store)), serverFor(store));
  for (const value of [null, 'path', new Volume()])
    assert.throws(() => readOnly(value as never), /"backend" must be Backend/);
});

test('what is written is seen at once, under the same numbers', () => {
  both((writer, reader) => {
    writer.mkdir('d');
    writer.put('d/f', 'one');
    assert.is(reader.get('d/f'), 'one');
    assert.equal(reader.stat('d/f'), writer.stat('d/f'));
    const fid = reader.open('d/f');
    writer.put('d/f', 'number two');
    assert.is(reader.read(fid), 'number two');
    assert.is(reader.fstat(fid).version, writer.stat('d/f').version);
    assert.is(writer.rename('d/f', 'g'), 'ok');
    assert.is(reader.get('d/f'), 'ENOENT');
    assert.is(reader.fstat(fid).ino, reader.stat('g').ino);
    reader.clunk(fid);
    assert.is(reader.unlink('g'), 'EROFS');
    assert.is(writer.unlink('g'), 'ok');
  });
});

test('an orphan that only the view holds keeps its data, and both servers count it', () => {
  both((writer, reader) => {
    writer.put('f', 'orphan');
    const fid = reader.open('f');
    assert.is(writer.unlink('f'), 'ok');
    for (const { server } of [writer, reader]) {
      const { sessions, fids, inodes, orphans, reclaiming, bytes } = server.inspect();
      assert.equal([sessions, fids, inodes, orphans, reclaiming, bytes], [2, 3, 2, 1, 0, 6]);
    }
    assert.is(reader.read(fid), 'orphan');
    assert.is(reader.fstat(fid).nlink, 0);
    const clone = reader.clone(fid);
    reader.clunk(fid);
    assert.is(writer.server.inspect().orphans, 1);
    assert.is(reader.lopen(clone), 'ok');
    assert.is(reader.read(clone), 'orphan');
    reader.clunk(clone);
    for (const { server } of [writer, reader]) {
      assert.equal([server.inspect().orphans, server.inspect().reclaiming], [0, 1]);
    }
    writer.server.sync();
    assert.is(reader.server.inspect().reclaiming, 0);
  });
});

test('an orphan that both hold lives until the last of them lets go, in either order', () => {
  for (const viewFirst of [true, false]) {
    both((writer, reader) => {
      writer.put('f', 'shared');
      const written = writer.open('f', O_RDWR);
      const read = reader.open('f');
      writer.unlink('f');
      assert.equal([writer.server.inspect().orphans, reader.server.inspect().orphans], [1, 1]);
      assert.is(writer.write(written, 0, 'SHARED'), 6);
      assert.is(reader.read(read), 'SHARED');
      if (viewFirst) reader.clunk(read);
      else writer.clunk(written);
      assert.equal([writer.server.inspect().orphans, writer.server.inspect().reclaiming], [1, 0]);
      assert.is(viewFirst ? writer.read(written) : reader.read(read), 'SHARED');
      if (viewFirst) writer.clunk(written);
      else reader.clunk(read);
      assert.equal([reader.server.inspect().orphans, reader.server.inspect().reclaiming], [0, 1]);
    });
  }
});

test('the space of an orphan that the view let go of is there for the next write', () => {
  both(
    (writer, reader) => {
      writer.put('big', 'x'.repeat(4096));
      const fid = reader.open('big');
      writer.unlink('big');
      const next = writer.open('next', O_RDWR | O_CREAT);
      const rest = writer.write(next, 0, 'y'.repeat(4096)) as number;
      assert.is(writer.write(next, rest, 'y'), 'ENOSPC');
      reader.clunk(fid);
      assert.is(writer.write(next, 0, 'y'.repeat(4096)), 4096);
      writer.clunk(next);
    },
    { capacity: 8000 },
  );
});

test('a removed directory that the view stands in', () => {
  both((writer, reader) => {
    writer.mkdir('d');
    const dir = reader.walk('d');
    assert.is(writer.rmdir('d'), 'ok');
    assert.is(errnoName(reader.client.mkdir(dir, 'x', 0o700)), 'ENOENT');
    assert.is(reader.client.walk(dir, ['x'], 0, 1), -E.ENOENT);
    assert.is(errnoName(reader.client.getattr(dir, GETATTR_ALL)), 'ok');
    assert.is(writer.server.inspect().orphans, 1);
    reader.clunk(dir);
  });
});

test('locks of both are in each other’s way', () => {
  both((writer, reader) => {
    writer.put('f', 'x');
    const mine = writer.open('f', O_RDWR);
    const theirs = reader.open('f');
    assert.is(lock(writer.client, mine, LOCK_TYPE_WRLCK, 0, 0, 0, 1, 'writer'), 0);
    assert.is(writer.client.r.status, LOCK_SUCCESS);
    assert.is(lock(reader.client, theirs, LOCK_TYPE_RDLCK, 0, 0, 0, 2, 'reader'), 0);
    assert.is(reader.client.r.status, LOCK_BLOCKED);
    writer.clunk(mine);
    assert.is(lock(reader.client, theirs, LOCK_TYPE_RDLCK, 0, 0, 0, 2, 'reader'), 0);
    assert.is(reader.client.r.status, LOCK_SUCCESS);
    reader.clunk(theirs);
    assert.is(writer.unlink('f'), 'ok');
  });
});

test('reading through the base moves atime, through the view it does not', () => {
  both((writer, reader) => {
    writer.put('f', 'x');
    writer.symlink('f', 'l');
    const before = [reader.stat('f').atime, reader.stat('l').atime];
    reader.get('l');
    assert.equal([reader.stat('f').atime, reader.stat('l').atime], before);
    writer.get('l');
    assert.is.not(writer.stat('f').atime, before[0]);
    assert.is.not(reader.stat('l').atime, before[1]);
    writer.unlink('f');
    writer.unlink('l');
  });
});

test('closing the server of a view leaves the base’s sessions', () => {
  const store = ram();
  const writer = new Kit({ backend: store, dispose: () => {} });
  writer.put('f', 'x');
  const fid = writer.open('f', O_RDWR);
  const view = serverFor(readOnly(store));
  const other = new Attachment(view);
  assert.is(writer.server.inspect().sessions, 2);
  view.close();
  assert.equal([view.inspect().sessions, view.inspect().fids], [1, 2]);
  assert.is(other.client.getattr(other.client.root, GETATTR_ALL), E.EIO);
  assert.is(writer.write(fid, 0, 'y'), 1);
  writer.clunk(fid);
  writer.end();
});

test.run();
