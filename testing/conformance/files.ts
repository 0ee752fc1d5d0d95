// Conformance of opening, reading, writing and truncating files.
import * as assert from '../assert.ts';
import {
  O_APPEND,
  O_CREAT,
  O_EXCL,
  O_RDONLY,
  O_RDWR,
  O_SYNC,
  O_TRUNC,
  O_WRONLY,
  S_IFREG,
} from '../../vfs/linux/constants.ts';
import { errnoName } from '../../vfs/linux/errno.ts';
import { Iov } from '../../vfs/lib/iov.ts';
import type { Part } from '../kit.ts';

/** Opening, reading, writing, sizes. */
export function files({ test, when }: Part): void {
  test('a new file is empty, and keeps the written data', (kit) => {
    const fid = kit.open('f', O_RDWR | O_CREAT | O_EXCL);
    const stat = kit.fstat(fid);
    assert.equal([stat.kind, stat.size, stat.nlink, stat.perm & 0o600], [S_IFREG, 0, 1, 0o600]);
    assert.is(kit.read(fid), '');
    assert.is(kit.write(fid, 0, 'hello'), 5);
    assert.is(kit.read(fid, 0), 'hello');
    assert.is(kit.read(fid, 3), 'lo');
    assert.is(kit.read(fid, 5), '');
    assert.is(kit.read(fid, 500), '');
    assert.is(kit.fstat(fid).size, 5);
    kit.clunk(fid);
    assert.is(kit.get('f'), 'hello');
  });

  test('O_CREAT opens an existing file, O_EXCL does not', (kit) => {
    kit.put('f', 'old');
    const fid = kit.open('f', O_RDWR | O_CREAT);
    assert.is(kit.read(fid), 'old');
    kit.clunk(fid);
    assert.is(kit.openError('f', O_RDWR | O_CREAT | O_EXCL), 'EEXIST');
    assert.is(kit.openError('no/f', O_RDWR | O_CREAT), 'ENOENT');
    assert.is(kit.openError('f/g', O_RDWR | O_CREAT), 'ENOTDIR');
  });

  test('Tlcreate makes the fid stand for the file', (kit) => {
    const fid = kit.clone(kit.root);
    assert.is(errnoName(kit.client.lcreate(fid, 'f', O_WRONLY, 0o600)), 'ok');
    assert.is(kit.write(fid, 0, 'x'), 1);
    assert.is(kit.read(fid), 'EBADF');
    assert.is(kit.fstat(fid).perm, 0o600);
    kit.clunk(fid);
  });

  test('a file made without write permission is written through its descriptor', (kit) => {
    const fid = kit.clone(kit.root);
    assert.is(errnoName(kit.client.lcreate(fid, 'f', O_RDWR, 0o400)), 'ok');
    assert.is(kit.write(fid, 0, 'abc'), 3);
    assert.is(kit.setSize(fid, 1), 'ok');
    assert.is(kit.read(fid), 'a');
    kit.clunk(fid);
  });

  test('access modes', (kit) => {
    kit.put('f', 'abc');
    const reader = kit.open('f', O_RDONLY);
    const writer = kit.open('f', O_WRONLY);
    assert.is(kit.write(reader, 0, 'x'), 'EBADF');
    assert.is(kit.setSize(reader, 0), 'EINVAL');
    assert.is(kit.read(writer), 'EBADF');
    assert.is(kit.write(writer, 1, 'X'), 1);
    assert.is(kit.read(reader), 'aXc');
    kit.clunk(reader, writer);
  });

  test('reads and writes at offsets, overlapping and in several ranges', (kit) => {
    const fid = kit.open('f', O_RDWR | O_CREAT);
    assert.is(kit.write(fid, 0, '0123456789'), 10);
    assert.is(kit.write(fid, 4, 'abc'), 3);
    assert.is(kit.read(fid), '0123abc789');
    assert.is(kit.read(fid, 8, 5), '89');
    const bytes = new Uint8Array(16);
    const iov = new Iov(bytes);
    iov.add(0, 2);
    iov.add(4, 4);
    iov.add(8, 11);
    assert.is(kit.client.read(fid, 3, iov), 5);
    assert.is(new TextDecoder().decode(bytes).replaceAll('\0', '.'), '3a......bc7.....');
    assert.is(kit.client.write(fid, 9, iov), 5);
    assert.is(kit.read(fid), '0123abc783abc7');
    kit.clunk(fid);
  });

  test('lists of ranges, short and long, the same and others, move what one range would', (kit) => {
    const fid = kit.open('f', O_RDWR | O_CREAT);
    const file = new Uint8Array(60_000);
    const iov = new Iov();
    let seed = 1;
    const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    let size = 0;
    for (let round = 0; round < 60; round++) {
      // Another buffer now and then, as after the growth of a guest's memory.
      const memory = new Uint8Array(round % 7 === 0 || round === 0 ? 120_000 : iov.u8.length);
      memory.forEach((_, i) => (memory[i] = random(256)));
      iov.reset(round % 3 === 0 ? memory : iov.u8);
      const { u8 } = iov;
      const scale = [1, 20, 300, 5000][round % 4]!;
      const ranges = Array.from({ length: 1 + random(6) }, () => random(scale) + (round % 2)).map((length) => {
        const start = random(u8.length - length);
        return [start, start + length] as const;
      });
      const offset = random(25_000);
      // Twice, the second time in memory kept from the first.
      for (let again = 0; again < 2; again++) {
        iov.reset(u8);
        for (const [start, end] of ranges) iov.add(start, end);
        let at = offset;
        for (const [start, end] of ranges) {
          file.set(u8.subarray(start, end), at);
          at += end - start;
        }
        assert.is(kit.client.write(fid, offset, iov), iov.total);
        if (iov.total > 0) size = Math.max(size, at);
        const from = random(size + 10);
        let left = Math.max(0, Math.min(iov.total, size - from));
        const wanted = u8.slice();
        at = from;
        for (const [start, end] of ranges) {
          const length = Math.min(left, end - start);
          wanted.set(file.subarray(at, at + length), start);
          at += length;
          left -= length;
        }
        assert.is(kit.client.read(fid, from, iov), at - from);
        assert.ok(Buffer.compare(u8, wanted) === 0, `round ${round}`);
      }
    }
    const all = new Uint8Array(size);
    iov.single(all, 0, size);
    assert.is(kit.client.read(fid, 0, iov), size);
    assert.ok(Buffer.compare(all, file.subarray(0, size)) === 0);
    kit.clunk(fid);
  });

  test('long reads and writes come whole', (kit) => {
    const size = 3_000_001;
    const data = Uint8Array.from({ length: size }, (_, i) => (i * 31) % 251);
    const fid = kit.open('f', O_RDWR | O_CREAT);
    const iov = new Iov();
    iov.single(data, 0, size);
    assert.is(kit.client.write(fid, 7, iov), size);
    const back = new Uint8Array(size + 20);
    iov.single(back, 5, back.length);
    assert.is(kit.client.read(fid, 7, iov), size);
    assert.is(Buffer.compare(data, back.subarray(5, 5 + size)), 0);
    kit.clunk(fid);
  });

  test('writing past the end leaves zeros', (kit) => {
    const fid = kit.open('f', O_RDWR | O_CREAT);
    kit.write(fid, 5, 'x');
    assert.is(kit.read(fid), '.....x');
    kit.clunk(fid);
  });

  test('append goes to the end, wherever another has put it', (kit) => {
    kit.put('f', 'one');
    const a = kit.open('f', O_WRONLY | O_APPEND);
    const b = kit.open('f', O_WRONLY | O_APPEND);
    assert.is(kit.write(a, 0, '-two'), 4);
    assert.is(kit.write(b, 1, '-three'), 6);
    assert.is(kit.write(a, 0, '-four'), 5);
    kit.clunk(a, b);
    assert.is(kit.get('f'), 'one-two-three-four');
    const reader = kit.open('f', O_RDONLY | O_APPEND);
    assert.is(kit.write(reader, 0, 'x'), 'EBADF');
    kit.clunk(reader);
  });

  test('synchronous writes, and fsync', (kit) => {
    const fid = kit.open('f', O_RDWR | O_CREAT | O_SYNC);
    assert.is(kit.write(fid, 0, 'x'), 1);
    assert.is(errnoName(kit.client.fsync(fid, false)), 'ok');
    assert.is(errnoName(kit.client.fsync(fid, true)), 'ok');
    kit.clunk(fid);
  });

  test('truncation by open, by fid and by a fid that is only walked', (kit) => {
    kit.put('f', 'abcdef');
    const fid = kit.open('f', O_RDWR);
    assert.is(kit.setSize(fid, 3), 'ok');
    assert.is(kit.read(fid), 'abc');
    assert.is(kit.setSize(fid, 6), 'ok');
    assert.is(kit.read(fid), 'abc...');
    const walked = kit.walk('f');
    assert.is(kit.setSize(walked, 1), 'ok');
    kit.clunk(walked);
    assert.is(kit.read(fid), 'a');
    kit.clunk(kit.open('f', O_WRONLY | O_TRUNC));
    assert.is(kit.fstat(fid).size, 0);
    kit.clunk(fid);
  });

  test('the version of the qid moves with the content', (kit) => {
    kit.put('f', 'a');
    const fid = kit.open('f', O_RDWR);
    const first = kit.fstat(fid).version;
    assert.is(kit.fstat(fid).version, first);
    kit.write(fid, 0, 'b');
    const second = kit.fstat(fid).version;
    assert.isNot(second, first);
    kit.setSize(fid, 0);
    assert.isNot(kit.fstat(fid).version, second);
    kit.clunk(fid);
  });

  test('a size that no file can have is EFBIG and changes nothing', (kit) => {
    kit.put('f', 'abc');
    const fid = kit.open('f', O_RDWR);
    assert.is(kit.setSize(fid, Number.MAX_SAFE_INTEGER), 'EFBIG');
    assert.is(kit.write(fid, Number.MAX_SAFE_INTEGER - 10, 'x'.repeat(20)), 'EFBIG');
    assert.is(kit.read(fid), 'abc');
    kit.clunk(fid);
  });

  when(
    ({ backend }) => backend.capabilities.sparse,
    'its files are held in memory, holes too',
    'a file of 8 GiB that is all hole',
    (kit) => {
      const fid = kit.open('f', O_RDWR | O_CREAT);
      assert.is(kit.write(fid, 2 ** 33, 'end'), 3);
      assert.is(kit.fstat(fid).size, 2 ** 33 + 3);
      assert.is(kit.read(fid, 2 ** 33 - 2, 10), '..end');
      assert.is(kit.read(fid, 2 ** 32 + 5, 3), '...');
      // About 16,777,216 blocks: a store may allocate by the megabyte.
      assert.ok(kit.fstat(fid).blocks <= 2048);
      assert.is(kit.setSize(fid, 2 ** 40), 'ok');
      assert.is(kit.setSize(fid, 0), 'ok');
      kit.clunk(fid);
    },
  );

  test('directories and symlinks are not files', (kit) => {
    kit.mkdir('d');
    kit.symlink('d', 'l');
    const dir = kit.walk('d');
    for (const flags of [O_WRONLY, O_RDWR, O_RDONLY | O_TRUNC]) assert.is(kit.lopen(dir, flags), 'EISDIR');
    assert.is(kit.setSize(dir, 0), 'EISDIR');
    assert.is(kit.lopen(dir), 'ok');
    assert.is(kit.lopen(dir), 'EINVAL');
    assert.is(kit.read(dir), 'EISDIR');
    const link = kit.walk('l');
    assert.is(kit.lopen(link), 'ELOOP');
    assert.is(kit.setSize(link, 0), 'EINVAL');
    kit.clunk(dir, link);
  });
}
