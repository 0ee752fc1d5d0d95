// BackendBase: a store of few methods behind a server, and the answers to what it lacks.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { O_CREAT, O_RDONLY, O_RDWR, O_TRUNC, S_IFDIR, S_IFREG } from '../linux/constants.ts';
import { E } from '../linux/errno.ts';
import { overlay } from '../backends/overlay/index.ts';
import { Kit } from '../../testing/kit.ts';
import { readOnly } from '../backends/readonly/index.ts';
import { fillSimpleAttr, noAttr, type Attr, type SetAttr } from './attr.ts';
import { BackendBase } from './base.ts';
import { EntryCursor } from './entry-cursor.ts';
import { Inode } from './inode.ts';

class Node extends Inode {}

/** A root with one file of three bytes. */
class Tiny extends BackendBase {
  readonly name = 'tiny';
  readonly top = new Node(1, S_IFDIR);
  readonly file = new Node(2, S_IFREG);
  readonly data = Uint8Array.of(97, 98, 99);
  flushed = 0;
  fails = false;

  root(): Node {
    return this.top;
  }

  lookup(dir: Node, name: string): Node | number {
    return dir === this.top && name === 'f' ? this.file : E.ENOENT;
  }

  parent(): Node {
    return this.top;
  }

  getattr({ kind }: Node, out: Attr): number {
    if (kind === S_IFDIR) fillSimpleAttr(out, kind | 0o755, 0, 7, 8);
    else fillSimpleAttr(out, kind | 0o644, 3);
    return 0;
  }

  read(_inode: Node, _handle: number, offset: number, u8: Uint8Array, start: number, end: number): number {
    const part = this.data.subarray(offset, offset + end - start);
    u8.set(part, start);
    return part.length;
  }

  list(): EntryCursor {
    return new EntryCursor([['f', this.file]]);
  }

  override flush(): number {
    this.flushed++;
    if (this.fails) throw new Error('on intent');
    return 0;
  }
}

/** The same, of which bytes can be changed, and nothing else. */
class Writable extends Tiny {
  override readonly readOnly = false;

  override write(_inode: Node, _handle: number, offset: number, u8: Uint8Array, start: number, end: number): number {
    const room = this.data.length - offset;
    if (room <= 0) return -E.ENOSPC;
    const part = u8.subarray(start, Math.min(end, start + room));
    this.data.set(part, offset);
    return part.length;
  }
}

function kitOf(backend: Tiny): Kit {
  return new Kit({ backend, dispose: () => {} });
}

test('a store of six methods is a read-only file system', () => {
  using backend = new Tiny();
  const kit = kitOf(backend);
  assert.equal(kit.list(''), ['f']);
  assert.is(kit.get('f'), 'abc');
  const { size, nlink, blocks, kind } = kit.stat('f');
  assert.equal([size, nlink, blocks, kind], [3, 1, 1, S_IFREG]);
  assert.is(kit.fstat(kit.root).mtime, '7.000000008');
  assert.equal([kit.openError('f', O_RDWR), kit.openError('f', O_RDONLY | O_TRUNC)], ['EROFS', 'EROFS']);
  assert.equal(
    [kit.openError('n', O_CREAT), kit.mkdir('n'), kit.unlink('f'), kit.link('f', 'n')],
    [...'1234'].fill('EROFS'),
  );
  kit.end();
});

test('a writable store says EPERM to the changes that it has not', () => {
  using backend = new Writable();
  const kit = kitOf(backend);
  const fid = kit.open('f', O_RDWR);
  assert.is(kit.write(fid, 1, 'XYZ'), 2);
  assert.is(kit.get('f'), 'aXY');
  assert.is(kit.write(fid, 3, 'x'), 'ENOSPC');
  assert.is(kit.setSize(fid, 0), 'EPERM');
  kit.clunk(fid);
  const errnos = [
    kit.openError('n', O_CREAT | O_RDWR),
    kit.mkdir('n'),
    kit.symlink('f', 'n'),
    kit.link('f', 'n'),
    kit.unlink('f'),
    kit.rename('f', 'n'),
  ];
  assert.equal(errnos, [...'123456'].fill('EPERM'));
  kit.end();
});

test('the defaults that the server does not call on such a store', () => {
  const backend = new Writable();
  const { top, file } = backend;
  assert.is(backend.write(file, 0, 9, top as never, 0, 1), -E.ENOSPC);
  assert.is(new Tiny().write(file, 0, 0, backend.data, 0, 1), -E.EROFS);
  assert.is(backend.entries(top), 1);
  assert.is(backend.entries(top, 0), 0);
  assert.is(backend.size(file), 3);
  assert.is(backend.readlink(file), E.EINVAL);
  assert.is(backend.getxattr(file, 'user.a'), E.ENOTSUP);
  assert.is(backend.listxattr(file), E.ENOTSUP);
  assert.equal(
    [backend.setxattr(file, 'a', backend.data, 0), new Tiny().setxattr(file, 'a', backend.data, 0)],
    [E.ENOTSUP, E.EROFS],
  );
  assert.is(backend.setattr(file, noAttr() as unknown as SetAttr), E.EPERM);
  backend.close();
  backend.close();
  assert.throws(() => backend.root(), /closed/);
  assert.equal(
    [backend.lookup(top, 'f'), backend.flush(), backend.write(file, 0, 0, backend.data, 0, 1)],
    [E.EIO, E.EIO, -E.EIO],
  );
});

test('the end of the last session writes back cached data', () => {
  using backend = new Tiny();
  const [one, two] = [kitOf(backend), kitOf(backend)];
  two.mount.close();
  assert.is(backend.flushed, 0);
  one.mount.close();
  assert.is(backend.flushed, 1);
  backend.fails = true;
  const faults: unknown[] = [];
  const observer = { fault: (thrown: unknown) => void faults.push(thrown) };
  one.server.observers.add(observer);
  kitOf(backend).mount.close();
  one.server.observers.delete(observer);
  assert.equal([backend.flushed, faults.length], [2, 1]);
});

test('a view and an overlay pass the write-back on', () => {
  using base = new Writable();
  new Kit({ backend: readOnly(base), dispose: () => {} }).end();
  assert.is(base.flushed, 1);
  using merged = overlay({ lower: base });
  new Kit({ backend: merged, dispose: () => {} }).end();
  assert.is(base.flushed, 2);
});

test.run();
