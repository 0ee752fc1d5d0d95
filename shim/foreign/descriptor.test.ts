// Tests Fds as streams: the methods that are called, and the moment of closing.
import { ConsoleStdout, Fd, File, OpenFile, wasi } from '@bjorn3/browser_wasi_shim';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FDFLAGS, FILETYPE, WHENCE } from '../preview1/abi/structs.ts';
import { ForeignDescriptor } from './descriptor.ts';
import { run } from './testing.ts';
import { RIGHTS } from '../preview1/abi/rights.ts';
import { DATA, OUT, utf8, type TestGuest } from '../../testing/test-guest.ts';

const { CUR } = WHENCE;

test('console helpers take writes, an OpenFile serves reads', () => {
  const lines: string[] = [];
  const stdout = ConsoleStdout.lineBuffered((line) => lines.push(line));
  run({ stdin: new OpenFile(new File(utf8('naïve'))), stdout }, (g) => {
    assert.is(g.read(0, 3), 'na\u{fffd}');
    assert.is(g.read(0), '\u{fffd}ve');
    assert.is(g.read(0), '');
    assert.is(g.write(1, 'one\ntwo'), 7);
    g.ok('fd_write', 1, ...g.texts('\nthr', '', 'ee\n'), OUT);
    assert.is(g.u32(), 7);
    assert.equal(lines, ['one', 'two', 'three']);
    assert.is(g.fdstat(1).fs_filetype, BigInt(FILETYPE.CHARACTER_DEVICE));
    assert.is(g.fdstat(1).fs_rights_base, BigInt(RIGHTS.FD_WRITE));
    assert.is(g.fstat(1).filetype, BigInt(FILETYPE.CHARACTER_DEVICE));
    assert.is(g.read(1), 'EBADF');
    assert.is(g.seek(1, 0, CUR), 'ESPIPE');
    assert.is(g.pwrite(1, 'x', 0), 'ESPIPE');
    assert.is(g.call('fd_filestat_set_size', 1, 0), 'EINVAL');
  });
});

class Words extends Fd {
  closed = 0;
  readonly words: string[];

  constructor(...words: string[]) {
    super();
    this.words = words;
  }

  override fd_read(): { ret: number; data: Uint8Array } {
    return { ret: 0, data: utf8(this.words.shift() ?? '') };
  }

  override fd_close(): number {
    this.closed++;
    return 0;
  }
}

test("a user's Fd needs only the methods that are used, and is closed once", () => {
  const words = new Words('some', 'more than is asked for');
  run({ stdin: words }, (g) => {
    assert.is(g.read(0), 'some');
    assert.is(g.read(0, 4), 'more');
    assert.is(g.fdstat(0).fs_filetype, BigInt(FILETYPE.UNKNOWN));
    assert.ok(g.fdstat(0).fs_rights_base & BigInt(RIGHTS.FD_READ));
    assert.is(g.fstat(0).size, 0n);
    assert.is(g.write(0, 'x'), 'EBADF');
    assert.is(g.call('fd_readdir', 0, DATA, 64, 0, OUT), 'ENOTDIR');
    assert.is(g.tryOpen('x', { dir: 0 }), 'ENOTDIR');
    g.ok('fd_fdstat_set_flags', 0, FDFLAGS.NONBLOCK);
    assert.is(g.fdstat(0).fs_flags, BigInt(FDFLAGS.NONBLOCK));
    g.ok('fd_close', 0);
    assert.is(words.closed, 1);
    assert.is(g.call('fd_close', 0), 'EBADF');
  });
  assert.is(words.closed, 1);
});

test('an Fd is closed with the guest, unless it was given back', () => {
  const [closed, kept] = [new Words(), new Words()];
  new ForeignDescriptor(closed).close();
  const descriptor = new ForeignDescriptor(kept);
  descriptor.giveBack();
  descriptor.close();
  assert.equal([closed.closed, kept.closed], [1, 0]);
});

test('fd_renumber onto itself leaves an Fd open', () => {
  const words = new Words('still there');
  run({ stdin: words }, (g) => {
    g.ok('fd_renumber', 0, 0);
    assert.is(g.read(0), 'still there');
    assert.is(words.closed, 0);
  });
});

test('an Fd that calls back and grows the memory', () => {
  let guest: TestGuest | undefined;
  class Growing extends Words {
    override fd_read(): { ret: number; data: Uint8Array } {
      guest!.grow();
      return super.fd_read();
    }
    override fd_filestat_get(): { ret: number; filestat: wasi.Filestat | null } {
      guest?.grow();
      return { ret: 0, filestat: new wasi.Filestat(7n, FILETYPE.REGULAR_FILE, 9n) };
    }
    override fd_write(data: Uint8Array): { ret: number; nwritten: number } {
      guest!.grow();
      this.words.push(new TextDecoder().decode(data));
      return { ret: 0, nwritten: data.length };
    }
  }
  const fd = new Growing('from outside');
  run({ stdin: fd }, (g) => {
    guest = g;
    assert.is(g.read(0), 'from outside');
    assert.is(g.fstat(0).size, 9n);
    g.ok('fd_write', 0, ...g.texts('two ', 'ranges'), OUT);
    assert.equal(fd.words, ['two ', 'ranges']);
  });
});

test("an exception of a user's Fd ends the program", () => {
  const fd = new ConsoleStdout(() => {
    throw new Error('enough');
  });
  run({ stdout: fd }, (g) => assert.throws(() => g.write(1, 'x'), 'enough'));
});

test.run();
