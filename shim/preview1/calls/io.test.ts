// Tests fd_read, fd_write, fd_pread and fd_pwrite on files: ranges, offsets, limits and errnos.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FDFLAGS, OFLAGS, WHENCE } from '../abi/structs.ts';
import { RIGHTS } from '../abi/rights.ts';
import { DATA, OUT, READ_WRITE, ROOT, WRITE, utf8, type TestGuest } from '../../../testing/test-guest.ts';
import { withGuest } from '../../../testing/uvu.ts';

const FILE = { files: { '/f': '0123456789' } };

function content(g: TestGuest): string {
  return g.volume.readFileSync('/f', 'utf8') as string;
}

withGuest('a read is scattered over the ranges, a write gathered from them', FILE, (g) => {
  const fd = g.open('f', { rights: READ_WRITE });
  g.u8.fill(0x2e, DATA, DATA + 20);
  const ranges = g.iovs([DATA + 10, 3], [DATA, 0], [0xffff_fff0, 0], [DATA, 2], [DATA + 4, 4]);
  g.ok('fd_read', fd, ...ranges, OUT);
  assert.is(g.u32(), 9);
  assert.is(g.text(DATA, 14), '34..5678..012.');
  g.ok('fd_write', fd, ...g.texts('ab', '', 'c'), OUT);
  assert.is(g.u32(), 3);
  assert.is(content(g), '012345678abc');
});

withGuest('a read near the end fills what there is, one at the end nothing', FILE, (g) => {
  const fd = g.open('f');
  g.seek(fd, 7, WHENCE.SET);
  g.u8.fill(0x2e, DATA, DATA + 8);
  g.ok('fd_read', fd, ...g.iovs([DATA, 2], [DATA + 2, 4]), OUT);
  assert.is(g.u32(), 3);
  assert.is(g.text(DATA, 8), '789.....');
  assert.is(g.read(fd), '');
  assert.is(g.seek(fd, 0, WHENCE.CUR), 10n);
});

withGuest('overlapping ranges are done in order', FILE, (g) => {
  const fd = g.open('f', { rights: READ_WRITE });
  g.ok('fd_read', fd, ...g.iovs([DATA, 4], [DATA + 2, 4]), OUT);
  assert.is(g.u32(), 8);
  assert.is(g.text(DATA, 6), '014567');
  const ptr = g.put('xyz');
  g.ok('fd_pwrite', fd, ...g.iovs([ptr, 3], [ptr + 1, 2], [ptr, 1]), 0, OUT);
  assert.is(content(g), 'xyzyzx6789');
});

withGuest('iovecs that lie in the memory they read to are read before', FILE, (g) => {
  const fd = g.open('f');
  const [ptr, count] = g.iovs([0, 0], [DATA, 4]);
  g.view.setUint32(ptr, ptr + 8, true);
  g.view.setUint32(ptr + 4, 4, true);
  g.ok('fd_read', fd, ptr, count, OUT);
  assert.is(g.u32(), 8);
  assert.is(g.text(ptr + 8, 4), '0123', 'the second iovec is overwritten');
  assert.is(g.text(DATA, 4), '4567');
});

withGuest('1,024 ranges and not one more', FILE, (g) => {
  const fd = g.open('f', { rights: READ_WRITE });
  const ranges = (n: number) => g.iovs(...Array.from({ length: n }, (_, i) => [DATA + i, 1] as const));
  g.u8.fill(0x78, DATA, DATA + 1024);
  g.ok('fd_write', fd, ...ranges(1024), OUT);
  assert.is(g.u32(), 1024);
  for (const call of ['fd_write', 'fd_read'] as const) assert.is(g.call(call, fd, ...ranges(1025), OUT), 'EINVAL');
  for (const call of ['fd_pwrite', 'fd_pread'] as const) {
    assert.is(g.call(call, fd, ...ranges(1025), 0, OUT), 'EINVAL');
  }
  assert.is(content(g), 'x'.repeat(1024));
});

withGuest('APPEND writes at the end, wherever the offset is; pwrite, too, as on Linux', FILE, (g) => {
  const fd = g.open('f', { rights: READ_WRITE, fdflags: FDFLAGS.APPEND });
  assert.is(g.read(fd, 2), '01');
  assert.is(g.write(fd, 'a'), 1);
  assert.is(g.seek(fd, 0, WHENCE.CUR), 11n);
  assert.is(g.pwrite(fd, 'b', 0), 1);
  assert.is(g.seek(fd, 0, WHENCE.CUR), 11n);
  g.volume.appendFileSync('/f', '<js>');
  g.write(fd, 'c');
  assert.is(content(g), '0123456789ab<js>c');
  assert.is(g.seek(fd, 0, WHENCE.CUR), 17n);
});

withGuest('pread and pwrite leave the offset alone; a gap becomes zeros', FILE, (g) => {
  const fd = g.open('f', { rights: READ_WRITE });
  g.seek(fd, 1, WHENCE.SET);
  assert.is(g.pread(fd, 8), '89');
  assert.is(g.pread(fd, 10), '');
  assert.is(g.pread(fd, 1000), '');
  assert.is(g.pwrite(fd, 'x', 12), 1);
  assert.is(g.seek(fd, 0, WHENCE.CUR), 1n);
  assert.is(content(g), '0123456789\0\0x');
});

withGuest('far offsets', FILE, (g) => {
  const fd = g.open('f', { rights: READ_WRITE });
  const far = [2n ** 31n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 62n, 2n ** 63n - 5000n];
  for (const offset of far) assert.is(g.pread(fd, offset), '', String(offset));
  for (const offset of far.slice(1)) assert.is(g.pwrite(fd, 'x', offset), 'EFBIG', String(offset));
  for (const offset of [-1n, -(2n ** 63n)]) {
    assert.is(g.pread(fd, offset), 'EINVAL');
    assert.is(g.pwrite(fd, 'x', offset), 'EINVAL');
  }
  // The range ends past the largest off_t.
  assert.is(g.pread(fd, 2n ** 63n - 1n), 'EINVAL');
  assert.is(g.pwrite(fd, 'x', 2n ** 63n - 1n), 'EINVAL');
  assert.is(g.pwrite(fd, '', 2n ** 63n - 1n), 0);
  assert.is(g.seek(fd, 2n ** 53n - 1n, WHENCE.SET), 2n ** 53n - 1n);
  assert.is(g.write(fd, 'x'), 'EFBIG');
  assert.is(g.write(fd, ''), 0);
  assert.is(g.read(fd), '');
  assert.is(content(g), '0123456789');
});

withGuest('behind the first 2 GiB', FILE, (g) => {
  const fd = g.open('f', { rights: READ_WRITE });
  // memfs allocates 2 GiB for the hole; the kernel maps pages on the first access only.
  g.ok('fd_filestat_set_size', fd, 2 ** 31 + 4);
  assert.is(g.pwrite(fd, 'abcd', 2 ** 31), 4);
  assert.is(g.pread(fd, 2 ** 31 - 1), '\0abcd');
  g.seek(fd, -2, WHENCE.END);
  assert.is(g.read(fd), 'cd');
  assert.is(g.fstat(fd).size, 2n ** 31n + 4n);
});

withGuest('a length of zero', FILE, (g) => {
  const fd = g.open('f', { rights: READ_WRITE });
  const before = g.fstat(fd);
  for (const [ptr, count] of [g.iovs(), g.iovs([DATA, 0]), [0xffff_fff8, 0] as const]) {
    for (const call of ['fd_read', 'fd_write'] as const) {
      g.view.setUint32(OUT, 7, true);
      g.ok(call, fd, ptr, count, OUT);
      assert.is(g.u32(), 0);
    }
  }
  assert.equal(g.fstat(fd), before);
});

withGuest('a descriptor not opened for it is EBADF, a directory EISDIR to read', FILE, (g) => {
  const reading = g.open('f');
  const writing = g.open('f', { rights: WRITE });
  const neither = g.open('f', { rights: RIGHTS.FD_SEEK });
  for (const fd of [writing, neither, 99]) {
    assert.is(g.read(fd), 'EBADF');
    assert.is(g.pread(fd, 0), 'EBADF');
  }
  for (const fd of [reading, neither, 99, ROOT]) {
    assert.is(g.write(fd, 'x'), 'EBADF');
    assert.is(g.write(fd, ''), 'EBADF');
    assert.is(g.pwrite(fd, 'x', 0), 'EBADF');
  }
  assert.is(g.read(ROOT), 'EISDIR');
  assert.is(g.pread(ROOT, 0), 'EISDIR');
  assert.is(content(g), '0123456789');
});

withGuest('O_RDONLY with APPEND or TRUNC lets no write through', FILE, (g) => {
  const fd = g.open('f', { fdflags: FDFLAGS.APPEND });
  assert.is(g.write(fd, 'x'), 'EBADF');
  g.ok('fd_fdstat_set_flags', fd, 0);
  assert.is(g.write(fd, 'x'), 'EBADF');
  assert.is(content(g), '0123456789');
  assert.is(g.write(g.open('f', { oflags: OFLAGS.TRUNC }), 'x'), 'EBADF');
  assert.is(content(g), '', 'open(2): O_RDONLY | O_TRUNC truncates');
});

withGuest('streams have no place to read from or write to', FILE, (g) => {
  assert.is(g.pread(0, 0), 'ESPIPE');
  assert.is(g.pwrite(1, 'x', 0), 'ESPIPE');
  assert.is(g.write(0, 'x'), 'EBADF');
  assert.is(g.read(1), 'EBADF');
});

withGuest('two descriptors have an offset each, and see one file', FILE, (g) => {
  const a = g.open('f', { rights: READ_WRITE });
  const b = g.open('f', { rights: READ_WRITE });
  g.write(a, 'ab');
  assert.is(g.read(b, 4), 'ab23');
  g.write(b, 'cd');
  assert.is(g.read(a), '23cd6789');
});

const SIZE = 100_000;

for (const msize of [512, 4096, 65536]) {
  withGuest(`data longer than an msize of ${msize}`, { msize, files: { '/f': '' } }, (g) => {
    const bytes = Uint8Array.from({ length: SIZE }, (_, i) => (i * 7) >>> 3);
    const fd = g.open('f', { rights: READ_WRITE });
    g.u8.set(bytes, DATA);
    g.ok('fd_write', fd, ...g.iovs([DATA, 1], [DATA + 1, 70_000], [DATA + 70_001, SIZE - 70_001]), OUT);
    assert.is(g.u32(), SIZE);
    assert.is(g.seek(fd, 0, WHENCE.CUR), BigInt(SIZE));
    g.u8.fill(0, DATA, DATA + SIZE);
    g.ok('fd_pread', fd, ...g.iovs([DATA + 50_000, 50_000], [DATA, 60_000]), 0, OUT);
    assert.is(g.u32(), SIZE, 'cut at the end of the file');
    assert.equal(g.u8.slice(DATA + 50_000, DATA + SIZE), bytes.slice(0, 50_000));
    assert.equal(g.u8.slice(DATA, DATA + 50_000), bytes.slice(50_000));
    assert.equal(new Uint8Array(g.volume.readFileSync('/f') as Uint8Array), bytes);
  });
}

withGuest('APPEND of data longer than msize stays in one piece', { msize: 512, files: { '/f': 'head' } }, (g) => {
  const fd = g.open('f', { rights: WRITE, fdflags: FDFLAGS.APPEND });
  g.u8.fill(0x61, DATA, DATA + 2000);
  g.ok('fd_write', fd, ...g.iovs([DATA, 2000]), OUT);
  assert.is(g.u32(), 2000);
  assert.is(content(g), `head${'a'.repeat(2000)}`);
});

withGuest('a full store: what fits is written, then ENOSPC', { files: {} }, (g) => {
  const fd = g.open('f', { rights: WRITE, oflags: OFLAGS.CREAT });
  const { space } = (g.server.backend as unknown as { space: { space: { capacity: number; used: number } } }).space;
  space.capacity = space.used + 10;
  assert.is(g.write(fd, '0123456'), 7);
  assert.is(g.write(fd, '0123456'), 3);
  assert.is(g.write(fd, 'x'), 'ENOSPC');
  assert.is(g.seek(fd, 0, WHENCE.CUR), 10n);
  assert.is(utf8(content(g)).length, 10);
});

test.run();
