// The calls of node:fs/promises, on a FileSystem and on Node's own: the same results and errors.
import * as nodeFs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ram } from '../../backends/ram/index.ts';
import { serverFor } from '../../connect/server-for.ts';
import { createFs, type FsError, type Promises } from '../index.ts';
import { scratch } from '../testing.ts';

async function rejection(act: Promise<unknown>): Promise<string> {
  try {
    await act;
    return 'ok';
  } catch (error) {
    return (error as Error).message;
  }
}

/** Does the same on both, and looks at the end that nothing of ours is left open. */
async function onBoth(act: (fs: Promises, on: (path: string) => string) => Promise<unknown>): Promise<void> {
  const root = scratch();
  const backend = ram();
  const ours = createFs(backend);
  const expected = await act(nodeFs.promises as unknown as Promises, (path) => `${root}/${path}`);
  assert.equal(await act(ours.promises, (path) => `/${path}`), expected);
  assert.is(serverFor(backend).inspect().fids, 1);
  ours.unmount();
  nodeFs.rmSync(root, { recursive: true });
}

/** The result of a call, or the code, call and paths of its error. */
async function outcome(act: () => Promise<unknown>): Promise<unknown> {
  try {
    return await act();
  } catch (error) {
    const { code, name, message, syscall } = error as FsError;
    return code === undefined ? message : [code, name, syscall];
  }
}

test('promises: the same results, and errors as of node:fs/promises', async () => {
  const root = scratch();
  const backend = ram();
  const ours = createFs(backend);
  for (const [fs, top] of [
    [ours.promises, ''],
    [nodeFs.promises as unknown as typeof ours.promises, root],
  ] as const) {
    const said = async (act: Promise<unknown>): Promise<string> => (await rejection(act)).replaceAll(root, '');
    const on = (path: string): string => `${top}/${path}`;
    await fs.mkdir(on('d/e'), { recursive: true });
    await fs.writeFile(on('d/f'), 'text');
    await fs.appendFile(on('d/f'), ' more');
    assert.is(await fs.readFile(on('d/f'), 'utf8'), 'text more');
    assert.equal([...(await fs.readFile(on('d/f')))].length, 9);
    assert.is((await fs.stat(on('d/f'))).size, 9);
    assert.is((await fs.stat(on('d/f'), { bigint: true })).size, 9n);
    await fs.symlink('f', on('d/l'));
    assert.is(await fs.readlink(on('d/l')), 'f');
    assert.ok((await fs.lstat(on('d/l'))).isSymbolicLink());
    assert.is((await fs.realpath(on('d/l'))).replace(root, ''), '/d/f');
    await fs.link(on('d/f'), on('d/h'));
    await fs.rename(on('d/h'), on('d/r'));
    await fs.copyFile(on('d/r'), on('d/c'));
    await fs.truncate(on('d/c'), 4);
    await fs.chmod(on('d/c'), 0o600);
    await fs.utimes(on('d/c'), 1, 2);
    await fs.chown(on('d/c'), process.getuid!(), -1);
    await fs.lchown(on('d/l'), -1, process.getgid!());
    assert.type((await fs.statfs(on('d'))).bsize, 'number');
    assert.ok((await fs.statfs(on('d'), { bigint: true })).bsize > 0n);
    await fs.lutimes(on('d/l'), 3, 4);
    assert.equal([(await fs.stat(on('d/c'))).mtimeMs, (await fs.lstat(on('d/l'))).mtimeMs], [2000, 4000]);
    assert.equal(await fs.readdir(on('d')), ['c', 'e', 'f', 'l', 'r']);
    assert.equal((await fs.readdir(on('d'), { withFileTypes: true })).filter((e) => e.isFile()).length, 3);
    const names: string[] = [];
    for await (const entry of await fs.opendir(on('d'))) names.push(entry.name);
    assert.equal(names.sort(), ['c', 'e', 'f', 'l', 'r']);
    for await (const entry of await fs.opendir(on('d'))) if (entry.name !== '') break;
    await fs.access(on('d/c'), fs.constants.W_OK);
    await fs.cp(on('d'), on('copy'), { recursive: true });
    assert.is(await fs.readFile(on('copy/c'), { encoding: 'utf8' }), 'text');

    const file = await fs.open(on('d/h'), 'w+', 0o640);
    assert.ok(file.fd >= 3);
    assert.is((await file.write('0123456789')).bytesWritten, 10);
    assert.is((await file.write(new Uint8Array([65, 66]), 1, 1, 0)).bytesWritten, 1);
    assert.is((await file.write('z', 9)).bytesWritten, 1);
    const { bytesRead, buffer } = await file.read(new Uint8Array(3), 0, 3, 8);
    assert.equal([bytesRead, ...buffer], [2, 56, 122, 0]);
    const parts = [new Uint8Array([67]), new Uint8Array([68])];
    assert.equal({ ...(await file.writev(parts, 2)) }, { bytesWritten: 2, buffers: parts });
    const room = [new Uint8Array(1), new Uint8Array(2)];
    assert.equal({ ...(await file.readv(room, 1)) }, { bytesRead: 3, buffers: room });
    assert.equal(
      room.map((part) => [...part]),
      [[49], [67, 68]],
    );
    await file.chown(-1, -1);
    await file.truncate(5);
    await file.sync();
    await file.datasync();
    await file.chmod(0o604);
    await file.utimes(1, 1);
    const stat = await file.stat();
    assert.equal([stat.size, stat.mode & 0o777, stat.mtimeMs], [5, 0o604, 1000]);
    await fs.appendFile(file, 'end');
    await file.close();
    assert.is(file.fd, -1);
    const again = await fs.open(on('d/h'));
    assert.is(await again.readFile('utf8'), await fs.readFile(on('d/h'), 'utf8'));
    await again.close();

    assert.is(await said(fs.readFile(on('none'))), "ENOENT: no such file or directory, open '/none'");
    assert.is(await said(fs.rmdir(on('d'))), "ENOTEMPTY: directory not empty, rmdir '/d'");
    assert.is(await said(fs.rename(on('no'), on('x'))), "ENOENT: no such file or directory, rename '/no' -> '/x'");
    assert.is(await said(fs.readdir(on('d/f'))), "ENOTDIR: not a directory, scandir '/d/f'");
    assert.is(await said(fs.access(on('d/c'), 1)), "EACCES: permission denied, access '/d/c'");
    await fs.unlink(on('d/c'));
    await fs.rm(on('d'), { recursive: true });
    await fs.rm(on('copy'), { recursive: true });
    assert.match(await fs.mkdtemp(on('t-')), /t-\w{6,}$/);
    assert.is((await fs.readdir(on(''))).length, 1);
  }
  assert.is(serverFor(backend).inspect().fids, 1);
  ours.unmount();
  nodeFs.rmSync(root, { recursive: true });
});

test('cp waits for what its filter promises', async () => {
  await onBoth(async (fs, on) => {
    await fs.mkdir(on('tree/a/b'), { recursive: true });
    for (const path of ['tree/f', 'tree/a/no', 'tree/a/yes', 'tree/a/b/deep']) await fs.writeFile(on(path), '');
    const filters: [string, (path: string) => unknown][] = [
      ['c1', async (path) => !path.endsWith('no')],
      ['c2', (path) => Promise.resolve(!path.endsWith('a'))],
      ['c3', async () => false],
      ['c4', () => 0],
      ['c5', (path) => path],
      ['c6', () => Promise.reject(new Error('mine'))],
    ];
    const results: unknown[] = [];
    for (const [copy, filter] of filters) {
      results.push(await outcome(() => fs.cp(on('tree'), on(copy), { recursive: true, filter: filter as never })));
      results.push(await outcome(() => fs.readdir(on(copy), { recursive: true })));
    }
    return results;
  });
});

test('a signal aborts the rest: an AbortError, and nothing more is written', async () => {
  await onBoth(async (fs, on) => {
    await fs.writeFile(on('f'), 'text');
    const handle = await fs.open(on('h'), 'w+');
    const aborted = AbortSignal.abort(new Error('mine'));
    const results: unknown[] = [];
    for (const signal of [aborted, undefined, null, 5, {}] as AbortSignal[]) {
      for (const act of [
        () => fs.readFile(on('f'), { signal, encoding: 'utf8' }),
        () => fs.readFile(on('none'), { signal, encoding: 'utf8' }),
        () => fs.writeFile(on('new'), 'x', { signal }),
        () => fs.writeFile(on('f'), ['x', 'y'], { signal }),
        () => fs.appendFile(on('f'), 'x', { signal }),
        () => handle.readFile({ signal, encoding: 'utf8' }),
        () => handle.writeFile('x', { signal }),
        () => handle.appendFile('x', { signal }),
        () => fs.readFile(on('new'), 'utf8'),
        () => fs.readFile(on('f'), 'utf8'),
        () => fs.rm(on('new'), { force: true }),
      ]) {
        results.push(await outcome(act));
      }
    }
    await handle.close();
    for (const act of [
      (signal: AbortSignal) => fs.readFile(on('f'), { signal }),
      (signal: AbortSignal) => fs.writeFile(on('f'), 'new', { signal, flag: 'r+' }),
    ]) {
      const late = new AbortController();
      const done = outcome(() => act(late.signal));
      late.abort('why');
      results.push(await done);
    }
    const between = new AbortController();
    const pieces = async function* (): AsyncGenerator<string> {
      yield 'a';
      yield 'b';
      between.abort();
      yield 'c';
    };
    results.push(await outcome(() => fs.writeFile(on('pieces'), pieces(), { signal: between.signal })));
    results.push(await fs.readFile(on('pieces'), 'utf8'));
    return results;
  });
});

test('an abort in the same breath comes before anything is done; its reason is the cause of the error', async () => {
  const fs = createFs(ram());
  const late = new AbortController();
  const done = fs.promises.writeFile('/f', 'x', { signal: late.signal }).catch((thrown) => thrown as Error);
  late.abort('why');
  const error = await done;
  assert.equal([(error as Error).cause, (error as Error).message], ['why', 'The operation was aborted']);
  assert.not(fs.existsSync('/f'));
  fs.unmount();
});

test('an iterable is written piece by piece', async () => {
  await onBoth(async (fs, on) => {
    const results: unknown[] = [];
    const made: (() => unknown)[] = [
      () => ['ab', new Uint8Array([99]), 'd'],
      () => new Set(['é']),
      function* () {
        yield 'x';
        yield new DataView(new ArrayBuffer(2));
      },
      async function* () {
        yield 'y';
        yield 'z';
      },
      async function* () {
        yield 'kept';
        throw new Error('mine');
      },
      () => [],
      () => [5],
      () => 5,
      () => ({}),
      () => null,
    ];
    for (const data of made) {
      for (const options of [undefined, { flag: 'a', mode: 0o600, flush: true }, { encoding: 'latin1' }]) {
        results.push(await outcome(() => fs.writeFile(on('f'), data() as never, options as never)));
        results.push(await outcome(() => fs.appendFile(on('f'), data() as never, options as never)));
        results.push(await outcome(async () => [...(await fs.readFile(on('f')))]));
      }
      await fs.rm(on('f'), { force: true });
    }
    results.push(await outcome(() => fs.writeFile(on('none/f'), ['x'])));
    const handle = await fs.open(on('h'), 'w+');
    await handle.writeFile(['12', '34']);
    await handle.appendFile(new Set(['5']));
    await fs.writeFile(handle, ['6162'], 'hex');
    results.push(await fs.readFile(on('h'), 'utf8'));
    await handle.close();
    return results;
  });
});

test('a handle that is closed between two pieces is EBADF, and another file that has its number is not written to', async () => {
  const backend = ram();
  const fs = createFs(backend);
  const handle = await fs.promises.open('/f', 'w');
  const other: number[] = [];
  const closing = async function* (): AsyncGenerator<string> {
    yield 'x';
    await handle.close();
    other.push(fs.openSync('/other', 'w'));
    yield 'y';
  };
  assert.equal(await outcome(() => handle.writeFile(closing())), ['EBADF', 'Error', 'writeFile']);
  assert.equal([fs.readFileSync('/f', 'utf8'), fs.readFileSync('/other', 'utf8')], ['x', '']);
  for (const fd of other) fs.closeSync(fd);
  assert.is(serverFor(backend).inspect().fids, 1);
  fs.unmount();
});

test('a handle that is closed is EBADF', async () => {
  await onBoth(async (fs, on) => {
    const handle = await fs.open(on('f'), 'w+');
    await handle.close();
    const results: unknown[] = [];
    for (const act of [
      () => handle.close(),
      () => handle.read(new Uint8Array(1)),
      () => handle.read(new Uint8Array(0)),
      () => handle.write('x'),
      () => handle.write(new Uint8Array(1)),
      () => handle.readFile(),
      () => handle.readFile('utf8'),
      () => handle.writeFile('x'),
      () => handle.appendFile('x'),
      () => handle.readv([new Uint8Array(1)]),
      () => handle.writev([new Uint8Array(1)]),
      () => handle.chown(0, 0),
      () => handle.stat(),
      () => handle.truncate(),
      () => handle.sync(),
      () => handle.datasync(),
      () => handle.chmod(0),
      () => handle.utimes(0, 0),
    ]) {
      results.push(await outcome(act));
    }
    return results;
  });
});

test.run();
