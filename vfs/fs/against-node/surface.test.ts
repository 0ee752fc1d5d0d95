// Every call of node:fs is here and does the same, or refuses with a code; none means something else.
import * as nodeFs from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ram } from '../../backends/ram/index.ts';
import { memfs } from '../../backends/memfs/index.ts';
import { Volume } from 'memfs';
import { createFs, type FileSystem } from '../index.ts';
import { likeNode, onEach } from '../testing.ts';

type Anything = Record<string, (...args: unknown[]) => unknown>;

function errorOf(act: () => unknown): { code?: string; message: string; name: string } {
  try {
    act();
  } catch (thrown) {
    return thrown as { code: string; message: string; name: string };
  }
  throw new Error('it did not throw');
}

/** Resolves to the arguments of the callback. */
function called(call: (callback: (...results: unknown[]) => void) => void): Promise<unknown[]> {
  return new Promise((resolve) => call((...results) => resolve(results)));
}

/** Classes of Node, and members that are not functions. */
const NOT_CALLS = /^([A-Z_].*|constants|promises|default)$/;

test('each function of node:fs and node:fs/promises is there', () => {
  const fs = createFs(ram());
  const missing = (ours: object, theirs: object): string[] =>
    Object.keys(theirs).filter((name) => !NOT_CALLS.test(name) && !(name in ours));
  // Linux has no lchmod, and Node's is undefined there.
  assert.equal(
    missing(fs, nodeFs).filter((name) => !name.startsWith('lchmod')),
    [],
  );
  assert.equal(missing(fs.promises, nodeFs.promises), []);
  fs.unmount();
});

test('a call that Linux does not have is refused with a code', async () => {
  const fs = createFs(ram());
  fs.writeFileSync('/f', 'x');
  const code: unknown = await fs.promises.lchmod().catch((error: { code: string }) => error.code);
  assert.is(code, 'ERR_METHOD_NOT_IMPLEMENTED');
  fs.unmount();
});

test('close closes a descriptor and nothing else', async () => {
  const fs = createFs(ram());
  fs.writeFileSync('/f', 'x');
  const [one, two] = [fs.openSync('/f'), fs.openSync('/f')];
  assert.equal(await called((callback) => fs.close(one, callback)), [null]);
  assert.is(fs.readFileSync(two, 'utf8'), 'x');
  const [again] = (await called((callback) => fs.close(one, callback))) as [{ code: string }];
  assert.is(again.code, 'EBADF');
  fs.close(two);
  assert.is(errorOf(() => fs.fstatSync(two)).code, 'EBADF');
  const { code, message } = errorOf(() => (fs as unknown as Anything).close!());
  assert.is(code, 'ERR_INVALID_ARG_TYPE');
  assert.match(message, /unmount\(\)/);
  assert.is(fs.readFileSync('/f', 'utf8'), 'x');
  fs.unmount();
  assert.is(errorOf(() => fs.readFileSync('/f')).code, 'EIO');
});

test('the calls with a callback: results, errors, arguments', async () => {
  const fs = createFs(ram());
  assert.equal(await called((callback) => fs.writeFile('/f', 'text', callback)), [null]);
  assert.equal(await called((callback) => fs.readFile('/f', 'utf8', callback)), [null, 'text']);
  const [error, ...rest] = (await called((callback) => fs.stat('/none', callback))) as [
    { code: string; message: string },
  ];
  assert.equal([error.message, rest], ["ENOENT: no such file or directory, stat '/none'", []]);
  assert.equal(await called((callback) => fs.exists('/f', callback)), [true]);
  assert.equal(await called((callback) => fs.mkdir('/a/b', { recursive: true }, callback)), [null, '/a']);
  assert.equal(await called((callback) => fs.realpath.native('/a/../f', callback)), [null, '/f']);
  const cp = (callback: (...results: unknown[]) => void): void =>
    (fs as unknown as Anything).cp!('/f', '/copy', { filter: async () => true }, callback) as void;
  assert.equal(await called(cp), [null]);
  assert.is(fs.readFileSync('/copy', 'utf8'), 'text');
  const fd = fs.openSync('/f', 'r+');
  const buffer = new Uint8Array(2);
  assert.equal(await called((callback) => fs.read(fd, buffer, 0, 2, 1, callback)), [null, 2, buffer]);
  assert.equal(Buffer.from(buffer).toString(), 'ex');
  assert.equal(await called((callback) => fs.write(fd, 'XY', 0, callback)), [null, 2, 'XY']);
  const [, count, own] = (await called((callback) => fs.read(fd, callback))) as [null, number, Uint8Array];
  assert.equal([count, own.length, Buffer.from(own.subarray(0, 4)).toString()], [4, 16_384, 'XYxt']);
  fs.closeSync(fd);
  assert.is(errorOf(() => (fs as unknown as Anything).readFile!('/f')).code, 'ERR_INVALID_ARG_TYPE');
  assert.is(errorOf(() => fs.stat(5 as never, () => assert.unreachable())).code, 'ERR_INVALID_ARG_TYPE');
  const aborted = (callback: (...results: unknown[]) => void): void =>
    (fs as unknown as Anything).readFile!('/f', { signal: AbortSignal.abort() }, callback) as void;
  assert.is(((await called(aborted)) as [{ name: string }])[0].name, 'AbortError');
  assert.is(await (await fs.openAsBlob('/f', { type: 'a/b' })).text(), 'XYxt');
  fs.unmount();
});

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

likeNode('options that Node looks at', (fs, at, call) => {
  call(() => fs.mkdirSync(at('d/e'), { recursive: true }));
  call(() => fs.writeFileSync(at('d/é'), 'x'));
  call(() => fs.realpathSync.native(at('d/../d')).endsWith('/d'));
  call(() =>
    Buffer.from(fs.realpathSync(at('d'), 'buffer'))
      .toString()
      .endsWith('/d'),
  );
  call(() => fs.realpathSync(at('d/é'), { encoding: 'hex' }).endsWith('c3a9'));
  call(() => typeof fs.mkdtempSync(at('t'), 'buffer'));
  call(() => fs.realpathSync(at('d'), { encoding: 'none' as never }));
  call(() => fs.accessSync(at('d'), 8));
  call(() => fs.accessSync(at('d'), 'r' as never));
  call(() => fs.mkdirSync(at('x'), { recursive: 1 as never }));
  call(() => fs.readdirSync(at('d'), { recursive: 'yes' as never }));
  call(() => fs.rmSync(at('d'), { recursive: 'yes' as never }));
  call(() => fs.rmSync(at('d/é'), { force: 1 as never }));
  call(() => fs.rmdirSync(at('d'), { recursive: 1 as never }));
  call(() => fs.cpSync(at('d'), at('c'), { recursive: 1 as never }));
  call(() => fs.cpSync(at('d'), at('c'), { filter: 1 as never }));
  call(() => fs.opendirSync(at('d'), { bufferSize: 0 }));
  call(() => fs.opendirSync(at('d'), { encoding: 'none' as never }));
  // Node opens the directory before it looks at these options, and leaves it to the collector.
  collectGarbage();
  call(() => {
    const dir = fs.opendirSync(at('d'), { encoding: 'latin1', bufferSize: 1 });
    const names = [dir.readSync()!.name, dir.readSync()!.name, dir.readSync()];
    dir.closeSync();
    return names.map((name) => name ?? '').sort();
  });
});

test('opendir with recursive: each directory after its parent', async () => {
  const root = nodeFs.mkdtempSync('/tmp/wasi9p-opendir-');
  const fill = (fs: Pick<FileSystem, 'mkdirSync' | 'writeFileSync' | 'symlinkSync'>, at: string): void => {
    for (const dir of ['a/b/c', 'd']) fs.mkdirSync(`${at}/${dir}`, { recursive: true });
    for (const file of ['a/f', 'a/b/g', 'd/h', 'z']) fs.writeFileSync(`${at}/${file}`, '');
    fs.symlinkSync('a', `${at}/l`);
  };
  try {
    fill(nodeFs as never, root);
    const list = (fs: FileSystem, at: string): string[] => {
      const dir = fs.opendirSync(at, { recursive: true });
      const found: string[] = [];
      for (let entry = dir.readSync(); entry !== null; entry = dir.readSync())
        found.push(`${entry.parentPath.slice(at.length)}/${entry.name}`);
      dir.closeSync();
      return found;
    };
    const expected = list(nodeFs as never, root).sort();
    assert.is(expected.length, 9);
    onEach((fs) => {
      fill(fs, '');
      const found = list(fs, '/').map((path) => path.replace(/^\/?/, '/'));
      assert.equal([...found].sort(), expected);
      for (const path of found) {
        const above = path.slice(0, path.lastIndexOf('/'));
        if (above !== '') assert.ok(found.indexOf(above) < found.indexOf(path), path);
      }
      assert.is(fs.opendirSync('/').closeSync(), undefined);
    });
    const fs = createFs(ram());
    fill(fs, '');
    const dir = await fs.promises.opendir('/', { recursive: true });
    let count = 0;
    for await (const _ of dir) count++;
    assert.is(count, 9);
    const again = fs.opendirSync('/d');
    assert.equal(
      ((await called((callback) => again.read(callback as never))) as [null, { name: string }])[1].name,
      'h',
    );
    assert.equal(await called((callback) => again.close(callback as never)), [null]);
    fs.unmount();
  } finally {
    nodeFs.rmSync(root, { recursive: true });
  }
});

test('copyFile of a hole costs its data', () => {
  const store = ram();
  const fs = createFs(store);
  const size = 2 ** 45;
  fs.writeFileSync('/f', 'begin');
  fs.truncateSync('/f', size);
  const fd = fs.openSync('/f', 'r+');
  fs.writeSync(fd, 'middle', 2 ** 40);
  fs.closeSync(fd);
  let read = 0;
  const own = store.read.bind(store);
  store.read = (...args) => {
    const count = own(...args);
    read += Math.max(0, count);
    return count;
  };
  fs.copyFileSync('/f', '/g');
  fs.cpSync('/f', '/h');
  assert.ok(read < 1 << 23, `${read} bytes were read`);
  for (const copy of ['/g', '/h']) {
    const { size: its, blocks } = fs.statSync(copy);
    assert.equal([its, blocks], [size, fs.statSync('/f').blocks]);
    const at = fs.openSync(copy);
    const bytes = new Uint8Array(8);
    assert.is(fs.readSync(at, bytes, 0, 8, 2 ** 40 - 1), 8);
    assert.is(Buffer.from(bytes).toString(), '\0middle\0');
    assert.is(fs.readSync(at, bytes, 0, 8, 0), 8);
    assert.is(Buffer.from(bytes).toString(), 'begin\0\0\0');
    fs.closeSync(at);
  }
  fs.unmount();
  // A store that cannot hold it says so before any data.
  const small = createFs(memfs(new Volume(), { capacity: 1 << 16 }));
  small.writeFileSync('/f', 'x');
  assert.throws(() => small.truncateSync('/f', 1 << 20), /ENOSPC/);
  small.unmount();
});

function below(depth: number, act: () => void): void {
  if (depth > 0) below(depth - 1, act);
  else act();
}

test('trees deeper than the rest of the stack', () => {
  const fs = createFs(ram());
  let calls = 1000;
  try {
    for (; calls < 1e6; calls += 500) below(calls, () => {});
  } catch {
    // As deep as it goes.
  }
  const path = '/d'.repeat(400);
  below(Math.floor(calls * 0.7), () => {
    fs.mkdirSync(path, { recursive: true });
    fs.cpSync('/d', '/c', { recursive: true });
    assert.ok(fs.existsSync(`/c${path.slice(2)}`));
    assert.is(fs.readdirSync('/', { recursive: true }).length, 800);
    fs.rmSync('/d', { recursive: true });
    fs.rmSync('/c', { recursive: true });
    assert.equal(fs.readdirSync('/'), []);
  });
  fs.unmount();
});

test.run();
