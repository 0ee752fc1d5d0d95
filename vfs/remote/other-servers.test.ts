// Servers of others: without Trenameat and Tunlinkat, without orphans, and diod itself if it is installed.
import { readFileSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { unless } from '../../build/test/skip.ts';
import { AT_REST } from '../../testing/at-rest.ts';
import { createFs, type FileSystem } from '../fs/index.ts';
import { Diod, NO_DIOD } from './diod-testing.ts';
import { Ganesha, NO_GANESHA } from './ganesha-testing.ts';
import { remote } from './index.ts';
import { withServer } from './testing.ts';

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Reads an open file from its start. */
function content(fs: FileSystem, fd: number): string {
  const bytes = new Uint8Array(64);
  return decode(bytes.subarray(0, fs.readSync(fd, bytes, 0, 64, 0)));
}

function codeOf(call: () => unknown): string {
  try {
    call();
    return 'ok';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

/** Renames and removes, with the errnos of Linux. */
function names(fs: FileSystem): void {
  fs.mkdirSync('/n');
  fs.mkdirSync('/n/sub');
  fs.writeFileSync('/n/a', '1');
  fs.writeFileSync('/n/b', '2');
  fs.renameSync('/n/a', '/n/sub/c');
  fs.renameSync('/n/sub/c', '/n/b');
  assert.is(fs.readFileSync('/n/b', 'utf8'), '1');
  assert.is(
    codeOf(() => fs.renameSync('/n/none', '/n/x')),
    'ENOENT',
  );
  assert.is(
    codeOf(() => fs.unlinkSync('/n/none')),
    'ENOENT',
  );
  assert.is(
    codeOf(() => fs.unlinkSync('/n/sub')),
    'EISDIR',
  );
  assert.is(
    codeOf(() => fs.rmdirSync('/n/b')),
    'ENOTDIR',
  );
  assert.is(
    codeOf(() => fs.rmdirSync('/n')),
    'ENOTEMPTY',
  );
  fs.rmSync('/n', { recursive: true });
  assert.not(fs.readdirSync('/').includes('n'));
}

/** Unlinks and replaces files that are open. */
function orphans(fs: FileSystem, others: () => string[]): void {
  fs.mkdirSync('/o');
  fs.writeFileSync('/o/f', 'old');
  const [one, two] = [fs.openSync('/o/f', 'r+'), fs.openSync('/o/f')];
  const { ino } = fs.fstatSync(one);
  fs.unlinkSync('/o/f');
  assert.equal(fs.readdirSync('/o'), []);
  assert.is(
    codeOf(() => fs.statSync('/o/f')),
    'ENOENT',
  );
  assert.equal([fs.fstatSync(one).nlink, fs.fstatSync(one).ino, fs.fstatSync(two).size], [0, ino, 3]);
  fs.writeSync(one, 'NEW+', 0);
  fs.ftruncateSync(one, 4);
  assert.is(content(fs, two), 'NEW+');
  fs.writeFileSync('/o/f', 'another');
  assert.is(content(fs, one), 'NEW+');
  fs.closeSync(one);
  assert.is(content(fs, two), 'NEW+');
  fs.closeSync(two);
  // A rename over an open file, and one to the same file, which changes nothing.
  const held = fs.openSync('/o/f');
  fs.writeFileSync('/o/g', 'new');
  fs.renameSync('/o/f', '/o/f');
  fs.renameSync('/o/g', '/o/f');
  assert.equal([content(fs, held), fs.readFileSync('/o/f', 'utf8')], ['another', 'new']);
  assert.is(fs.fstatSync(held).nlink, 0);
  assert.equal(fs.readdirSync('/o'), ['f']);
  fs.closeSync(held);
  assert.equal(others(), ['f'], 'no hidden name is left');
  // A rename that fails leaves the file its name.
  const kept = fs.openSync('/o/f');
  fs.mkdirSync('/o/dir');
  assert.is(
    codeOf(() => fs.renameSync('/o/dir', '/o/f')),
    'ENOTDIR',
  );
  assert.is(fs.readFileSync('/o/f', 'utf8'), 'new');
  fs.closeSync(kept);
  fs.rmSync('/o', { recursive: true });
}

test('a server without Trenameat and Tunlinkat', () =>
  withServer({ without: ['Trenameat', 'Tunlinkat'] }, (server) => {
    const fs = createFs(remote(server.url));
    names(fs);
    fs.unmount();
    assert.equal(server.atRest(), AT_REST);
  }));

test('files that are unlinked while they are open have another name until the last close', () =>
  withServer({}, (server) => {
    for (const mode of ['rename', 'probe', 'keep'] as const) {
      const fs = createFs(remote(server.url, { orphans: mode }));
      const other = createFs(remote(server.url));
      orphans(fs, () => other.readdirSync('/o'));
      names(fs);
      // The end of the session removes them, too.
      fs.writeFileSync('/last', 'x');
      fs.openSync('/last');
      fs.unlinkSync('/last');
      assert.is(other.readdirSync('/').length, mode === 'rename' ? 1 : 0);
      transportClose(fs);
      assert.equal(other.readdirSync('/'), []);
      other.unmount();
      assert.equal(server.atRest(), AT_REST);
    }
  }));

/** Ends a session with its files open. */
function transportClose(fs: FileSystem): void {
  fs.unmount();
}

/** Calls `act` with a diod. */
async function withDiod(act: (diod: Diod) => void): Promise<void> {
  const diod = await Diod.start();
  try {
    act(diod);
  } finally {
    await diod.end();
  }
}

const diod = unless(NO_DIOD);

diod('diod: names, orphans, large files, listings, and a way out that is none', () =>
  withDiod(({ url, dir }) => {
    const fs = createFs(remote(url));
    names(fs);
    orphans(fs, () => readdirSync(join(dir, 'o')));
    const data = Uint8Array.from({ length: 2_000_000 }, (_, i) => i * 3);
    fs.writeFileSync('/big', data);
    assert.equal(new Uint8Array(readFileSync(join(dir, 'big'))), data);
    assert.equal(fs.readFileSync('/big'), data);
    for (let i = 0; i < 1000; i++) fs.writeFileSync(`/file ${i}`, '');
    assert.is(fs.readdirSync('/').length, 1001);
    // `..` and symlinks stay inside, whatever the server would do.
    symlinkSync('../..', join(dir, 'up'));
    symlinkSync('/etc/passwd', join(dir, 'out'));
    assert.equal(fs.readdirSync('/up/..').length, 1003);
    assert.is(
      codeOf(() => fs.readFileSync('/out')),
      'ENOENT',
    );
    assert.is(
      codeOf(() => fs.readFileSync('/up/etc/passwd')),
      'ENOENT',
    );
    assert.is(
      codeOf(() => fs.writeFileSync('/out', 'x')),
      'ENOENT',
    );
    fs.unmount();
  }),
);

unless(NO_GANESHA)('nfs-ganesha: orphans, large files and listings', async () => {
  const ganesha = await Ganesha.start();
  try {
    // 4.3 sends its errors as Rerror with a number, which Linux reads as Rlerror; and it ignores the flags of Tunlinkat.
    const fs = createFs(remote(ganesha.url, { msize: 64 << 10 }));
    orphans(fs, () => readdirSync(join(ganesha.dir, 'o')));
    const data = Uint8Array.from({ length: 2_000_000 }, (_, i) => i * 3);
    fs.writeFileSync('/big', data);
    assert.equal(new Uint8Array(readFileSync(join(ganesha.dir, 'big'))), data);
    assert.equal(fs.readFileSync('/big'), data);
    for (let i = 0; i < 1000; i++) fs.writeFileSync(`/file ${i}`, '');
    assert.is(fs.readdirSync('/').length, 1001);
    fs.unmount();
  } finally {
    await ganesha.end();
  }
});

test.run();
