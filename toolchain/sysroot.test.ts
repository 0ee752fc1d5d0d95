import { readFileSync } from 'node:fs';
import { packTar, unpackTar, type TarEntry } from 'modern-tar';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findCompiler } from './package.ts';
import { unpackSysroot } from './sysroot.ts';

const TIME = new Date('2024-05-06T07:08:09Z');

function file(name: string, body: string, mode = 0o644): TarEntry {
  return { header: { name, type: 'file', size: body.length, mode, mtime: TIME }, body };
}

async function unpack(...entries: TarEntry[]) {
  return unpackSysroot(await packTar(entries));
}

async function rejection(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'nothing was rejected',
    (error: Error) => error.message,
  );
}

test('files keep their content, permission bits and time', async () => {
  const volume = await unpack(file('a', 'hello', 0o755), file('empty', '', 0o600));
  assert.is(volume.readFileSync('/a', 'utf8'), 'hello');
  const { mode, mtimeMs } = volume.statSync('/a');
  assert.is(Number(mode), 0o100755);
  assert.is(Number(mtimeMs), TIME.getTime());
  assert.is(volume.readFileSync('/empty', 'utf8'), '');
  assert.is(Number(volume.statSync('/empty').mode), 0o100600);
});

test('directories keep theirs, also when the archive names them after their files or not at all', async () => {
  const volume = await unpack(
    { header: { name: 'first/', type: 'directory', size: 0, mode: 0o700 } },
    file('first/x', '1'),
    file('late/deep/y', '2'),
    { header: { name: './late', type: 'directory', size: 0, mode: 0o711 } },
  );
  assert.is(Number(volume.statSync('/first').mode), 0o040700);
  assert.is(Number(volume.statSync('/late').mode), 0o040711);
  assert.is(Number(volume.statSync('/late/deep').mode), 0o040755);
  assert.is(volume.readFileSync('/late/deep/y', 'utf8'), '2');
  assert.equal(volume.readdirSync('/'), ['first', 'late']);
});

test('symlinks and hard links are links', async () => {
  const volume = await unpack(
    file('lib/one', 'body'),
    { header: { name: 'lib/soft', type: 'symlink', size: 0, linkname: 'one' } },
    { header: { name: 'hard', type: 'link', size: 0, linkname: 'lib/one' } },
  );
  assert.is(volume.readlinkSync('/lib/soft'), 'one');
  assert.is(volume.readFileSync('/lib/soft', 'utf8'), 'body');
  assert.is(volume.statSync('/hard').ino, volume.statSync('/lib/one').ino);
  assert.is(Number(volume.statSync('/hard').nlink), 2);
});

test('what is written to a file stays out of the archive and of other files', async () => {
  const archive = await packTar([file('a', 'aaaa'), file('b', 'bbbb')]);
  const volume = await unpackSysroot(archive);
  volume.writeFileSync('/a', 'zz');
  volume.appendFileSync('/a', 'yyyyyyyy');
  assert.is(volume.readFileSync('/b', 'utf8'), 'bbbb');
  assert.is((await unpackSysroot(archive)).readFileSync('/a', 'utf8'), 'aaaa');
});

test('an entry that leads out of the archive, or is of another kind, is refused', async () => {
  assert.match(await rejection(unpack(file('a/../../b', 'x'))), /must not lead out/);
  const fifo: TarEntry = { header: { name: 'p', type: 'fifo', size: 0 } };
  assert.match(await rejection(unpack(fifo)), /p: a tar entry of kind fifo/);
});

test('a damaged archive is refused', async () => {
  const archive = await packTar([file('a', 'x')]);
  archive[0] = 'b'.charCodeAt(0);
  assert.match(await rejection(unpackSysroot(archive)), /checksum/i);
});

test("the compiler package's archive is unpacked whole", async () => {
  const archive = readFileSync(findCompiler().resources);
  const volume = await unpackSysroot(archive);
  let files = 0;
  for (const { header, data } of await unpackTar(archive)) {
    if (header.type !== 'file') continue;
    files++;
    const content = volume.readFileSync(`/${header.name}`) as Buffer;
    if (!content.equals(data ?? new Uint8Array())) assert.unreachable(`${header.name} differs`);
  }
  assert.ok(files > 2000, `${files} files`);
  assert.ok(volume.existsSync('/include/wasm32-wasip1/stdio.h'));
  assert.ok(volume.existsSync('/include/c++/v1/vector'));
  assert.ok(volume.existsSync('/lib/wasm32-wasip1/crt1-command.o'));
});

test.run();
