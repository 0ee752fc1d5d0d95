// Tries FileSystem beyond node:fs: promises, descriptors of its own, and one view with guests.
import { fs as memfsModule, Volume } from 'memfs';
import * as nodeFs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { AT_REST } from '../../testing/at-rest.ts';
import { READ_WRITE, ROOT, TestGuest } from '../../testing/test-guest.ts';
import { ram } from '../backends/ram/index.ts';
import { AtCalls } from '../client/at/at-calls.ts';
import { Client } from '../client/client.ts';
import { memfs } from '../backends/memfs/index.ts';
import { serverFor } from '../connect/server-for.ts';
import { FileSystem } from './file-system.ts';
import { createFs } from './index.ts';
import { codeOf, onEach, scratch } from './testing.ts';
import { NOT_LINUX, unless } from '../../build/test/skip.ts';

test('paths of every length, and loops through absolute symlinks', () => {
  onEach((fs) => {
    fs.symlinkSync('/loop2', '/loop');
    fs.symlinkSync('/loop', '/loop2');
    const acts = [fs.statSync, fs.readFileSync, fs.realpathSync, fs.readdirSync] as ((path: string) => unknown)[];
    for (const act of acts) {
      assert.is(
        codeOf(() => act('/loop')),
        'ELOOP',
      );
      assert.is(
        codeOf(() => act('/loop/x')),
        'ELOOP',
      );
    }
    assert.is(
      codeOf(() => fs.statSync(`/${'./'.repeat(2046)}xx`)),
      'ENOENT',
    );
    assert.is(
      codeOf(() => fs.statSync(`/${'./'.repeat(2047)}x`)),
      'ENAMETOOLONG',
    );
  });
});

test('descriptors are numbers of its own, the lowest that are free, and an orphan lives by one', () => {
  onEach((fs) => {
    const [a, b] = [fs.openSync('/a', 'w+'), fs.openSync('/b', 'w')];
    assert.equal([a, b], [3, 4]);
    fs.writeSync(a, 'kept');
    fs.unlinkSync('/a');
    assert.is(fs.fstatSync(a).nlink, 0);
    const bytes = new Uint8Array(4);
    assert.is(fs.readSync(a, bytes, 0, 4, 0), 4);
    assert.is(new TextDecoder().decode(bytes), 'kept');
    fs.closeSync(a);
    assert.is(fs.openSync('/c', 'w'), 3);
    fs.closeSync(3);
    fs.closeSync(b);
  });
});

test('over a wire, which does not return the offset of an append, a Tgetattr follows', () => {
  const server = serverFor(ram());
  const local = server.connect();
  const client = new Client({
    msize: local.msize,
    rpc(t, r, iov) {
      const errno = local.rpc(t, r, iov);
      iov.reached = Number.NaN;
      return errno;
    },
    close: () => local.close(),
  });
  assert.is(client.attach(), 0);
  const fs = new FileSystem(new AtCalls(client), client.root);
  const fd = fs.openSync('/f', 'a+');
  fs.writeSync(fd, 'abc');
  fs.appendFileSync('/f', 'MORE');
  assert.is(fs.readSync(fd, new Uint8Array(9)), 4);
  fs.unmount();
  client.close();
  assert.equal(server.inspect(), AT_REST);
});

test('close closes the open files, and the session', () => {
  const backend = ram();
  const fs = createFs(backend);
  fs.openSync('/a', 'w');
  fs.unlinkSync('/a');
  fs.unmount();
  assert.equal(serverFor(backend).inspect(), { sessions: 0, fids: 0, inodes: 0, orphans: 0, reclaiming: 0, bytes: 0 });
});

const descriptors = (): number => nodeFs.readdirSync('/proc/self/fd').length;
const onLinux = unless(NOT_LINUX);

onLinux('close releases a path of the host', () => {
  const root = scratch();
  const before = descriptors();
  const fs = createFs(root);
  fs.writeFileSync('/f', 'x');
  fs.openSync('/f');
  assert.is(nodeFs.readFileSync(`${root}/f`, 'utf8'), 'x');
  assert.ok(descriptors() > before);
  fs.unmount();
  assert.is(descriptors(), before);
  nodeFs.rmSync(root, { recursive: true });
});

test('larger than memory: a size is set, and reading it whole is refused', () => {
  const fs = createFs(ram());
  fs.writeFileSync('/f', 'x');
  fs.truncateSync('/f', 2 ** 40);
  assert.is(fs.statSync('/f').size, 2 ** 40);
  assert.is(
    codeOf(() => fs.readFileSync('/f')),
    'ERR_FS_FILE_TOO_LARGE',
  );
  const fd = fs.openSync('/f', 'r+');
  assert.is(fs.writeSync(fd, 'end', 2 ** 40), 3);
  assert.is(
    codeOf(() => fs.writeSync(fd, 'end', Number.MAX_SAFE_INTEGER)),
    'EFBIG',
  );
  fs.unmount();
});

test('times to the nanosecond, which node:fs sets none of', () => {
  const fs = createFs(ram());
  fs.writeFileSync('/f', '');
  for (const [atime, mtime] of [
    [1_700_000_000_123_456_789n, 1n],
    [0n, -1n],
    [-1_000_000_001n, 4_000_000_000_999_999_999n],
  ] as const) {
    fs.utimesSync('/f', atime, mtime);
    const stat = fs.statSync('/f', { bigint: true });
    assert.equal([stat.atimeNs, stat.mtimeNs], [atime, mtime]);
  }
  fs.unmount();
});

test('set-user-ID and set-group-ID are copied as node:fs does, but by a host directory', () => {
  onEach((fs, backend) => {
    const kept = (mode: number): number => (backend === 'hostdir' ? mode & 0o1777 : mode);
    const modeOf = (path: string): number => fs.statSync(path).mode & 0o7777;
    for (const mode of [0o4755, 0o2755, 0o6750]) {
      fs.writeFileSync('/from', 'x');
      fs.chmodSync('/from', mode);
      fs.copyFileSync('/from', '/to');
      assert.is(modeOf('/to'), kept(mode));
      fs.chmodSync('/to', 0o600);
      fs.cpSync('/from', '/to');
      assert.is(modeOf('/to'), kept(mode));
      fs.mkdirSync('/dir', mode);
      fs.mkdirSync('/dir/those/above', { recursive: true, mode });
      for (const path of ['/dir', '/dir/those', '/dir/those/above']) assert.is(modeOf(path), mode & 0o755);
      fs.rmSync('/dir', { recursive: true });
    }
  });
});

test('owners are set, and −1 leaves them; a symlink has its own', () => {
  // On the host only root may give files away.
  const isRoot = process.getuid?.() === 0;
  onEach((fs, backend) => {
    if (backend === 'hostdir' && !isRoot) return;
    const owners = (path: string): number[] => [fs.lstatSync(path).uid, fs.lstatSync(path).gid];
    fs.writeFileSync('/f', '');
    fs.symlinkSync('/f', '/l');
    fs.chownSync('/l', 1, 2);
    assert.equal([owners('/f'), owners('/l')], [[1, 2], owners('/')]);
    fs.lchownSync('/l', 3, -1);
    assert.equal(
      [owners('/f'), owners('/l')],
      [
        [1, 2],
        [3, owners('/')[1]],
      ],
    );
    const fd = fs.openSync('/f');
    fs.fchownSync(fd, 2 ** 32 - 1, 4);
    assert.equal(owners('/f'), [1, 4]);
    fs.chownSync('/f', -1, -1);
    assert.equal(owners('/f'), [1, 4]);
    fs.closeSync(fd);
  });
});

test('statfs returns the free space of the store', () => {
  const fs = createFs(ram({ capacity: 1 << 20 }));
  const before = fs.statfsSync('/');
  fs.writeFileSync('/f', new Uint8Array(64 << 10));
  const after = fs.statfsSync('/f');
  assert.is(before.bsize * before.blocks, 1 << 20);
  assert.ok((before.bfree - after.bfree) * before.bsize >= 64 << 10);
  const { type, ...big } = fs.statfsSync('/f', { bigint: true });
  assert.is(Number(type), after.type);
  for (const [name, value] of Object.entries(big)) assert.is(Number(value), after[name as keyof typeof after], name);
  fs.unmount();
});

test('rmdir of a whole tree, which Node 20 still has', () => {
  onEach((fs) => {
    fs.mkdirSync('/a/b', { recursive: true });
    fs.writeFileSync('/a/b/f', '');
    fs.symlinkSync('a', '/l');
    for (const [path, code] of [
      ['/none', 'ENOENT'],
      ['/a/b/f', 'ENOTDIR'],
      ['/l', 'ENOTDIR'],
    ] as const) {
      assert.is(
        codeOf(() => fs.rmdirSync(path, { recursive: true })),
        code,
      );
    }
    assert.is(
      codeOf(() => fs.rmdirSync('/a', {})),
      'ENOTEMPTY',
    );
    fs.rmdirSync('/a', { recursive: true });
    assert.equal(fs.readdirSync('/'), ['l']);
  });
});

test('calls can be taken off the object, as of a module', async () => {
  const fs = createFs(ram());
  const { writeFileSync, readFileSync, existsSync } = fs;
  const { promises } = { ...fs };
  const { readFile } = { ...promises } as typeof promises;
  writeFileSync('/f', 'x');
  assert.is(readFileSync('/f', 'utf8'), 'x');
  assert.ok(existsSync('/f'));
  assert.is(await readFile('/f', 'utf8'), 'x');
  fs.unmount();
});

test('a tool for memfs and node:fs works on it', () => {
  const fs = createFs(ram());
  const volume = new Volume();
  for (const one of [fs, volume as unknown as FileSystem]) {
    one.mkdirSync('/a/b', { recursive: true });
    one.writeFileSync('/a/b/f', 'x');
    one.symlinkSync('f', '/a/b/l');
  }
  // memfs prints any file system that has the calls of node:fs.
  const tree = Volume.prototype.toTree.call(fs as never, { separator: '/' });
  assert.is(tree, volume.toTree({ separator: '/' }));
  assert.match(tree, /l → f/);
  // Every call of it is one of memfs', too, so that either can be passed for the other.
  const own = Object.keys(fs).filter((name) => name.endsWith('Sync'));
  assert.is(own.length, 41);
  for (const name of own) assert.type((memfsModule as unknown as Record<string, unknown>)[name], 'function', name);
  fs.unmount();
});

test('with the option Buffer, all bytes are Buffers', async () => {
  const fs = createFs(ram(), { Buffer });
  fs.writeFileSync('/f', 'text');
  fs.symlinkSync('f', '/l');
  const handle = await fs.promises.open('/f');
  const all = [
    fs.readFileSync('/f'),
    await fs.promises.readFile('/f'),
    await handle.readFile(),
    (await handle.read({ position: 0 })).buffer,
    fs.readlinkSync('/l', 'buffer'),
    fs.realpathSync('/l', 'buffer'),
    fs.mkdtempSync('/d', 'buffer'),
    ...fs.readdirSync('/', 'buffer'),
    ...fs.readdirSync('/', { encoding: 'buffer', withFileTypes: true }).map(({ name }) => name),
    await new Promise((done) => fs.read(handle.fd, (_: unknown, __: number, buffer: unknown) => done(buffer))),
  ];
  assert.is(all.length, 14);
  for (const bytes of all) assert.instance(bytes, Buffer);
  assert.is(JSON.parse(`"${fs.readFileSync('/f')}"`), 'text');
  await handle.close();
  fs.unmount();
});

test('JavaScript, other file systems and a volume share one view', () => {
  const volume = new Volume();
  const [one, two] = [createFs(volume), createFs(memfs(volume))];
  one.writeFileSync('/f', 'one');
  assert.is(two.readFileSync('/f', 'utf8'), 'one');
  assert.is(volume.readFileSync('/f', 'utf8'), 'one');
  volume.writeFileSync('/f', 'volume');
  assert.is(one.readFileSync('/f', 'utf8'), 'volume');
  assert.equal([one.statSync('/f').dev, one.statSync('/f').ino], [two.statSync('/f').dev, two.statSync('/f').ino]);
  const other = createFs(ram());
  assert.is.not(other.statSync('/').dev, one.statSync('/').dev);
  for (const fs of [one, two, other]) fs.unmount();
});

test('a guest and JavaScript share one view, orphans among it', () => {
  const server = serverFor(ram());
  const fs = createFs(server);
  const guest = new TestGuest({ preopens: () => ({ '/': server }) });
  fs.writeFileSync('/f', 'from JavaScript');
  const fd = guest.open('f', { rights: READ_WRITE });
  assert.is(guest.read(fd), 'from JavaScript');
  fs.unlinkSync('/f');
  assert.is(guest.write(fd, ', and more'), 10);
  assert.is(fs.existsSync('/f'), false);
  assert.is(server.inspect().orphans, 1);
  guest.ok('path_create_directory', ROOT, 'made');
  assert.equal(fs.readdirSync('/'), ['made']);
  assert.is(Number(guest.stat('made').ino), fs.statSync('/made').ino);
  assert.is(Number(guest.stat('made').dev), fs.statSync('/made').dev);
  guest.end();
  fs.unmount();
  assert.equal(server.inspect(), AT_REST);
});

test.run();
