// Tests Fds that throw, return invalid results, or call the guest back.
import { Fd, File, OpenFile, PreopenDirectory, type wasi } from '@bjorn3/browser_wasi_shim';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { THERE, run } from './testing.ts';
import { AT_REST } from '../../testing/at-rest.ts';
import { DATA, OUT, TestGuest, utf8, type GuestOptions } from '../../testing/test-guest.ts';

const withThere = (there: Fd): GuestOptions => ({ preopens: (server) => ({ '/': server, '/there': there }) });

test('an fd_close that throws keeps nothing else open', () => {
  const closed: string[] = [];
  class Closing extends OpenFile {
    readonly name: string;
    constructor(name: string) {
      super(new File([]));
      this.name = name;
    }
    override fd_close(): number {
      closed.push(this.name);
      throw new Error(this.name);
    }
  }
  class Opening extends PreopenDirectory {
    override path_open(_flags: number, path: string): { ret: number; fd_obj: Fd | null } {
      return { ret: 0, fd_obj: new Closing(path) };
    }
  }
  const g = new TestGuest(withThere(new Opening('/', new Map())));
  for (const name of ['a', 'b']) g.open(name, { dir: THERE });
  assert.throws(() => g.wasi.close(), /^[ab]$/);
  assert.equal(closed, ['a', 'b']);
  assert.equal(g.server.inspect(), AT_REST);
});

test('an Fd that cannot be looked at once it is opened is closed', () => {
  let closed = 0;
  class Broken extends Fd {
    override fd_fdstat_get(): never {
      throw new Error('broken');
    }
    override fd_close(): number {
      closed++;
      return 0;
    }
  }
  class Opening extends PreopenDirectory {
    override path_open(): { ret: number; fd_obj: Fd | null } {
      return { ret: 0, fd_obj: new Broken() };
    }
  }
  run(withThere(new Opening('/', new Map())), (g) => {
    assert.throws(() => g.tryOpen('x', { dir: THERE }), /broken/);
    assert.is(closed, 1);
  });
});

test('fd_renumber onto an Fd whose fd_close throws loses nothing', () => {
  let closed = 0;
  class Closing extends OpenFile {
    override fd_close(): number {
      if (closed++ === 0) throw new Error('closing');
      return 0;
    }
  }
  run({ stdin: new Closing(new File([])), files: { '/f': 'f' } }, (g) => {
    assert.throws(() => g.call('fd_renumber', g.open('f'), 0), /closing/);
  });
});

test('a number of bytes written that cannot be is EIO', () => {
  for (const nwritten of [Number.NaN, 2 ** 40, -1, 0.5, 2n, '1', undefined]) {
    class Odd extends OpenFile {
      override fd_write(): { ret: number; nwritten: number } {
        return { ret: 0, nwritten: nwritten as number };
      }
    }
    run({ stdin: new Odd(new File([])) }, (g) => assert.is(g.write(0, 'text'), 'EIO', String(nwritten)));
  }
});

test('an offset that cannot be is EIO', () => {
  for (const offset of [Number.NaN, -1n, undefined]) {
    class Odd extends OpenFile {
      override fd_seek(): { ret: number; offset: bigint } {
        return { ret: 0, offset: offset as bigint };
      }
    }
    run({ stdin: new Odd(new File([])) }, (g) => assert.is(g.seek(0, 0, 0), 'EIO', String(offset)));
  }
});

test('the target of a symlink arrives when reading it has grown the memory', () => {
  let guest: TestGuest | null = null;
  class Growing extends PreopenDirectory {
    override path_readlink(): { ret: number; data: string | null } {
      guest!.grow();
      return { ret: 0, data: 'target' };
    }
  }
  run(withThere(new Growing('/', new Map())), (g) => {
    guest = g;
    g.ok('path_readlink', THERE, 'link', DATA, 100, OUT);
    assert.is(g.text(DATA, g.u32()), 'target');
  });
});

test('an Fd that moves data may call back: the calls have their own ranges', () => {
  let guest: TestGuest | null = null;
  const written: string[] = [];
  const back = (): void => {
    const g = guest;
    guest = null;
    if (g !== null) assert.is(g.write(1, 'inner'), 5);
    guest = g;
  };
  class Calling extends OpenFile {
    override fd_read(size: number): { ret: number; data: Uint8Array } {
      back();
      return super.fd_read(size);
    }
    override fd_filestat_get(): { ret: number; filestat: wasi.Filestat } {
      back();
      return super.fd_filestat_get();
    }
  }
  const stdout = (bytes: Uint8Array): void => void written.push(new TextDecoder().decode(bytes));
  run({ stdin: new Calling(new File(utf8('from the Fd'))), stdout }, (g) => {
    guest = g;
    g.ok('fd_read', 0, ...g.iovs([DATA, 4], [DATA + 100, 50]), OUT);
    assert.is(g.text(DATA, 4) + g.text(DATA + 100, g.u32() - 4), 'from the Fd');
    assert.is(g.fstat(0).size, 11n);
    assert.ok(written.length >= 2);
    guest = null;
  });
});

test("a stack overflow in an Fd's method ends the guest, without an errno", () => {
  class Deep extends OpenFile {
    override fd_write(data: Uint8Array): { ret: number; nwritten: number } {
      return { ret: 0, nwritten: this.fd_write(data).nwritten };
    }
  }
  run({ stdin: new Deep(new File([])) }, (g) => {
    assert.throws(() => g.write(0, 'x'), RangeError);
    assert.throws(() => g.write(1, 'x'), WebAssembly.RuntimeError);
  });
});

test.run();
