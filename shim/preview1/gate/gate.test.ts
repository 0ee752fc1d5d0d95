// Tests the gate: types at link time, exit that no guest can catch, and reentrant calls.
import { File, OpenFile } from '@bjorn3/browser_wasi_shim';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PLAIN_GATE, unless } from '../../../build/test/skip.ts';
import { ram } from '../../../vfs/backends/ram/index.ts';
import { OFLAGS, WHENCE } from '../abi/structs.ts';
import { importsOf } from '../imports.ts';
import { Guest } from '../process/guest.ts';
import { SIGNATURES, parametersOf, wasmTypesOf, type CallName } from '../abi/signatures.ts';
import { strace } from '../../trace/strace.ts';
import { OUT, READ_WRITE, ROOT, TestGuest, utf8 } from '../../../testing/test-guest.ts';
import { WASI, type WASIOptions } from '../../wasi.ts';

const I32 = 0x7f;
const I64 = 0x7e;
type Bytes = number[];

const leb = (n: number): Bytes => (n < 0x80 ? [n] : [(n & 0x7f) | 0x80, ...leb(n >> 7)]);
const vector = (items: (number | Bytes)[]): Bytes => [...leb(items.length), ...items.flat()];
const section = (id: number, items: Bytes[]): Bytes => [id, ...vector(vector(items))];
const text = (value: string): Bytes => [...leb(value.length), ...utf8(value)];
const body = (code: Bytes): Bytes => vector([0, ...code, 0x0b]);
const type = (from: Bytes, to: Bytes): Bytes => [0x60, ...vector(from), ...vector(to)];

function moduleOf(...sections: Bytes[]): WebAssembly.Module {
  return new WebAssembly.Module(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flat()]));
}

/** A module that only imports a function. */
function importing(name: string, from: Bytes, to: Bytes): WebAssembly.Module {
  const imported = [...text('wasi_snapshot_preview1'), ...text(name), 0, 0];
  return moduleOf(section(1, [type(from, to)]), section(2, [imported]));
}

const SILENT: WASIOptions = { stdin: '', stdout: () => {}, stderr: () => {} };
const WAYS: Record<string, () => WASI> = {
  'as they are': () => new WASI(SILENT),
  traced: () => new WASI({ ...SILENT, trace: strace(() => {}) }),
};

for (const [way, make] of Object.entries(WAYS)) {
  unless(PLAIN_GATE)(`a function links with its own type and with no other (${way})`, () => {
    const wasi = make();
    const links = (name: string, from: Bytes, to: Bytes): void =>
      void new WebAssembly.Instance(importing(name, from, to), wasi.getImportObject());
    for (const name of Object.keys(SIGNATURES) as CallName[]) {
      const from = parametersOf(name)
        .flatMap(wasmTypesOf)
        .map((t) => (t === 'i64' ? I64 : I32));
      const to = name === 'proc_exit' ? [] : [I32];
      links(name, from, to);
      const others = [...from.keys()].map((i) => from.with(i, from[i] === I32 ? I64 : I32));
      for (const other of [...others, [...from, I32], from.slice(1).concat(from.length ? [] : [I64])]) {
        if (other.join() !== from.join()) assert.throws(() => links(name, other, to), WebAssembly.LinkError);
      }
      assert.throws(() => links(name, from, to.length ? [] : [I32]), WebAssembly.LinkError);
    }
    wasi.close();
  });
}

/** try { call 0 } catch_all { global = 1 }, in the legacy encoding of exceptions and in the standard one. */
const CATCHING: Record<string, Bytes> = {
  'catch_all of the first kind': [0x06, 0x40, 0x41, 7, 0x10, 0, 0x19, 0x41, 1, 0x24, 0, 0x0b],
  try_table: [0x02, 0x40, 0x1f, 0x40, 1, 0x02, 0, 0x41, 7, 0x10, 0, 0x0b, 0x0f, 0x0b, 0x41, 1, 0x24, 0],
};

/** A command that calls `name`(7) in a catch_all and exports a global, which is 1 after a catch. */
function catching(name: 'proc_exit' | 'proc_raise' | 'hook', code: Bytes): WebAssembly.Module {
  const returns = name === 'proc_raise' ? [I32] : [];
  const patched =
    name === 'proc_raise'
      ? code.flatMap((byte, i) =>
          byte === 0x10 && code[i + 1] === 0 ? [0x10] : i > 0 && code[i - 1] === 0x10 ? [0, 0x1a] : [byte],
        )
      : code;
  return moduleOf(
    section(1, [type([I32], returns), type([], []), type([], [I32])]),
    section(2, [
      [...text(name === 'hook' ? 'env' : 'wasi_snapshot_preview1'), ...text(name), 0, 0],
      [...text('wasi_snapshot_preview1'), ...text('sched_yield'), 0, 2],
    ]),
    section(3, [[1], [2]]),
    section(5, [[0, 1]]),
    section(6, [[I32, 1, 0x41, 0, 0x0b]]),
    section(7, [
      [...text('_start'), 0, 2],
      [...text('again'), 0, 3],
      [...text('caught'), 3, 0],
      [...text('memory'), 2, 0],
    ]),
    section(10, [body(patched), body([0x10, 1])]),
  );
}

for (const [kind, code] of Object.entries(CATCHING)) {
  for (const [name, status] of [
    ['proc_exit', 7],
    ['proc_raise', 135],
  ] as const) {
    test(`${name} is not caught by ${kind}, and no call comes after it`, () => {
      let module;
      try {
        module = catching(name, code);
      } catch (thrown) {
        // Every engine supports at least one of the encodings.
        assert.instance(thrown, WebAssembly.CompileError);
        assert.is(kind, 'try_table');
        return;
      }
      for (const make of Object.values(WAYS)) {
        const wasi = make();
        const instance = new WebAssembly.Instance(module, wasi.getImportObject());
        assert.is(wasi.start(instance), status);
        assert.is(wasi.exitCode, status);
        assert.is((instance.exports['caught'] as WebAssembly.Global).value, 0);
        assert.throws(instance.exports['again'] as () => number, WebAssembly.RuntimeError);
        for (const call of Object.values(wasi.wasiImport) as ((...args: unknown[]) => unknown)[]) {
          assert.throws(() => call(0, 0n, 0n, 0, 0, 0n, 0n, 0, 0), /unreachable|BigInt|bigint|call stack/);
        }
      }
    });
  }
}

test('a function of the host that swallows the end of the guest does not make it go on', () => {
  const wasi = new WASI(SILENT);
  const hook = (): void => {
    try {
      wasi.wasiImport.proc_exit(9);
    } catch {
      // An embedder may swallow it.
    }
  };
  const module = catching('hook', CATCHING['catch_all of the first kind']!);
  const instance = new WebAssembly.Instance(module, { ...wasi.getImportObject(), env: { hook } });
  assert.is(wasi.start(instance), 9);
  assert.throws(instance.exports['again'] as () => number, WebAssembly.RuntimeError);
});

test('a stdout function that calls back into the guest: each call has its own ranges', () => {
  const got: string[] = [];
  let guest: TestGuest | null = null;
  const g = new TestGuest({
    files: { '/f': 'from the file' },
    stdout: (bytes) => {
      got.push(new TextDecoder().decode(bytes));
      if (guest === null) return;
      const inner = guest;
      guest = null;
      assert.is(inner.read(inner.open('f')), 'from the file');
      assert.is(inner.write(1, 'inner'), 5);
    },
  });
  guest = g;
  g.ok('fd_write', 1, ...g.texts('outer ', 'of two'), OUT);
  assert.is(g.u32(), 12);
  assert.equal(got, ['outer of two', 'inner']);
  g.end();
});

test('a stdin function that lets the guest write gets its bytes where they were asked for', () => {
  const written: string[] = [];
  const g: TestGuest = new TestGuest({
    stdin: () => {
      g.write(1, 'prompt');
      assert.is(g.read(0), 'EDEADLK', 'it cannot wait for itself');
      return 'answer';
    },
    stdout: (bytes) => written.push(new TextDecoder().decode(bytes)),
  });
  assert.is(g.read(0), 'answer');
  assert.equal(written, ['prompt']);
  g.end();
});

test('a function of the host that throws ends the guest, which cannot go on by catching that', () => {
  const g = new TestGuest({
    stdout: () => {
      throw new Error('enough');
    },
  });
  assert.throws(() => g.write(1, 'x'), /enough/);
  assert.throws(() => g.write(2, 'x'), WebAssembly.RuntimeError);
  g.end();
});

test('a call within a call that an exception has left is the last one of both, though the host swallows that', () => {
  const g: TestGuest = new TestGuest({
    stdout: () => {
      assert.throws(() => g.write(2, 'inner'), /enough/);
    },
    stderr: () => {
      throw new Error('enough');
    },
  });
  assert.throws(() => g.write(1, 'outer'), WebAssembly.RuntimeError);
  assert.throws(() => g.read(0), WebAssembly.RuntimeError);
  g.end();
});

test('the end of a guest in the middle of a call of another one is the end of the first one', () => {
  const g: TestGuest = new TestGuest({
    stdout: () => {
      try {
        g.call('proc_exit', 3);
      } catch {
        // The outer call must not return.
      }
    },
  });
  assert.throws(() => g.write(1, 'x'), WebAssembly.RuntimeError);
  assert.is(g.wasi.exitCode, 3);
  g.end();
});

test('a store that calls the guest back in the midst of a call: that one traps, and mixes up no answer', () => {
  const store = ram();
  let tries = 0;
  let calling = false;
  for (const method of ['getattr', 'fsync'] as const) {
    const own = store[method].bind(store) as (...args: unknown[]) => number;
    const calls = (...args: unknown[]): number => {
      if (calling) {
        tries++;
        assert.throws(() => g.call('path_filestat_get', ROOT, 0, 'longer', OUT), WebAssembly.RuntimeError);
      }
      return own(...args);
    };
    Object.assign(store, { [method]: calls });
  }
  const g: TestGuest = new TestGuest({ preopens: () => ({ '/': store }) });
  const [fd, longer] = ['file', 'longer'].map((path) => g.open(path, { oflags: OFLAGS.CREAT, rights: READ_WRITE }));
  g.write(fd!, 'short');
  g.write(longer!, 'longer than the other');
  calling = true;
  g.ok('fd_seek', fd!, 0n, WHENCE.END, OUT);
  assert.is(g.u32(), 5);
  g.ok('fd_sync', fd!);
  g.ok('fd_datasync', fd!);
  g.ok('fd_filestat_get', fd!, OUT);
  assert.is(tries, 4);
  g.end();
});

test('an Fd that throws in any of its methods ends the guest, which cannot go on by catching that', () => {
  const fail = (): never => {
    throw new Error('enough');
  };
  const calls: Record<string, (g: TestGuest) => unknown> = {
    fd_seek: (g) => g.call('fd_seek', ROOT, 0n, WHENCE.CUR, OUT),
    'fd_seek for fd_tell': (g) => g.call('fd_tell', ROOT, OUT),
    fd_sync: (g) => g.call('fd_sync', ROOT),
    'fd_sync for fd_datasync': (g) => g.call('fd_datasync', ROOT),
  };
  for (const [name, call] of Object.entries(calls)) {
    const fd = Object.assign(new OpenFile(new File([])), { [name.split(' ')[0]!]: fail });
    const g = new TestGuest({ preopens: () => ({ '/': fd }) });
    assert.throws(() => call(g), /enough/, name);
    assert.throws(() => g.call('sched_yield'), WebAssembly.RuntimeError, name);
    g.end();
  }
});

test('fd_tell of an Fd lets no guest go on that has ended, or is in a call', () => {
  for (const end of ['an exception', 'an exit']) {
    const fd = new OpenFile(new File([]));
    let inner = '';
    const g: TestGuest = new TestGuest({
      preopens: () => ({ '/': fd }),
      stdout: () => {
        if (end === 'an exception') throw new Error('enough');
        try {
          g.call('proc_exit', 3);
        } catch {
          inner = String(g.call('fd_tell', ROOT, OUT));
        }
      },
    });
    assert.throws(() => g.write(1, 'x'), end === 'an exit' ? WebAssembly.RuntimeError : /enough/);
    assert.is(inner, end === 'an exit' ? 'EBADF' : '');
    assert.is(g.call('fd_tell', ROOT, OUT), 'EBADF', end);
    assert.throws(() => g.call('sched_yield'), WebAssembly.RuntimeError, end);
    g.end();
  }
  const fd = new OpenFile(new File([]));
  const answers: unknown[] = [];
  Object.assign(fd, {
    fd_seek: () => (answers.push(g.call('fd_tell', ROOT, OUT)), answers.push(trapped()), { ret: 0, offset: 0n }),
  });
  const g: TestGuest = new TestGuest({ preopens: () => ({ '/': fd }) });
  const trapped = (): boolean => {
    try {
      g.call('sched_yield');
      g.call('fd_filestat_get', ROOT, OUT);
      return false;
    } catch (thrown) {
      return thrown instanceof WebAssembly.RuntimeError;
    }
  };
  g.ok('fd_tell', ROOT, OUT);
  assert.equal(answers, ['EBADF', true]);
  g.end();
});

test('a stdin function that returns a promise is an error that says so', () => {
  const g = new TestGuest({ stdin: (() => Promise.resolve('x')) as never });
  assert.throws(() => g.read(0), /"stdin\(\)" must be string\|Uint8Array, not Promise/);
  g.end();
});

test('a tracer that throws leaves no session', () => {
  for (const part of ['wrap', 'listen'] as const) {
    let server: TestGuest['server'] | undefined;
    const fail = (): never => {
      throw new Error(part);
    };
    const trace = { wrap: (imports: never) => imports, listen: () => {}, [part]: fail } as never;
    assert.throws(() => new TestGuest({ trace, preopens: (s) => ({ '/': (server = s) }) }), new RegExp(part));
    assert.is(server!.inspect().sessions, 0);
  }
});

test('a closed WASI does not start', () => {
  const wasi = new WASI(SILENT);
  wasi.close();
  const memory = new WebAssembly.Memory({ initial: 1 });
  const instance = { exports: { memory, _start: () => {} } };
  assert.throws(() => wasi.start(instance as unknown as WebAssembly.Instance), /was closed or started/);
});

test('the functions have the names of the table', () => {
  assert.equal(Object.keys(importsOf(new Guest([], []))).sort(), Object.keys(SIGNATURES).sort());
});

test.run();
