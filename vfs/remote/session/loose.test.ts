// `cache=loose`: writes that nobody waits for, and attributes that are kept.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { AT_REST } from '../../../testing/at-rest.ts';
import { createFs, type FileSystem } from '../../fs/index.ts';
import { rootedOf } from '../../fs/rooted-of.ts';
import { remote } from '../index.ts';
import { NAMES } from '../../9p/codec.gen.ts';
import { HANDLERS } from '../../server/handlers/index.ts';
import { withServer } from '../testing.ts';
import { CHANGES } from './loose.ts';
import type { RemoteTransport } from './transport.ts';

/** The number of times that a call waits for the server. */
function trips(fs: FileSystem, call: () => void): number {
  const { requests } = (rootedOf(fs) as unknown as { at: { client: { transport: RemoteTransport } } }).at.client
    .transport;
  const before = requests.trips;
  call();
  return requests.trips - before;
}

test('writes are not waited for, and are there at the close and for every other call', () =>
  withServer({}, (server) => {
    const fs = createFs(remote(server.url, { cache: 'loose' }));
    const other = createFs(remote(server.url));
    const fd = fs.openSync('/f', 'w+');
    const part = new Uint8Array(4096).fill(7);
    assert.is(
      trips(fs, () => {
        for (let i = 0; i < 50; i++) fs.writeSync(fd, part);
      }),
      0,
    );
    assert.is(fs.fstatSync(fd).size, 50 * 4096);
    assert.is(
      trips(fs, () => fs.fstatSync(fd)),
      0,
      'the attributes are kept',
    );
    fs.writeSync(fd, part, 0, 1, 0);
    fs.writeSync(fd, Uint8Array.of(9), 0, 1, 0);
    const read = new Uint8Array(1);
    fs.readSync(fd, read, 0, 1, 0);
    assert.is(read[0], 9);
    fs.writeSync(fd, part, 0, 4096, 50 * 4096);
    assert.is(fs.fstatSync(fd).size, 51 * 4096, 'a write changes what is kept');
    fs.closeSync(fd);
    assert.is(other.statSync('/f').size, 51 * 4096);
    fs.unmount();
    other.unmount();
    assert.equal(server.atRest(), AT_REST);
  }));

test('a write that fails is an error of the next fsync, write or close', () =>
  withServer({ capacity: 1 << 20 }, (server) => {
    const fs = createFs(remote(server.url, { cache: 'loose' }));
    const codeOf = (call: () => unknown): string => {
      try {
        call();
        return 'ok';
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    const part = new Uint8Array(256 << 10);
    for (const last of [(fd: number) => fs.fsyncSync(fd), (fd: number) => fs.closeSync(fd)]) {
      const fd = fs.openSync('/f', 'w');
      const written = Array.from({ length: 8 }, () => codeOf(() => fs.writeSync(fd, part)));
      const ended = codeOf(() => last(fd));
      assert.ok([...written, ended].includes('ENOSPC'), [...written, ended].join());
      codeOf(() => fs.closeSync(fd));
      fs.unlinkSync('/f');
    }
    fs.unmount();
    assert.equal(server.atRest(), AT_REST);
  }));

/**
 * The requests that change no attribute, or one that may be a second old: the atime of a directory or a symlink, and the
 * ctime of a file whose extended attribute is set.
 */
const KEEPING =
  'Tstatfs Treadlink Tgetattr Txattrwalk Txattrcreate Treaddir Tfsync Tlock Tgetlock Tversion Tauth Tattach Tflush ' +
  'Twalk Tclunk';

test('a request drops the kept attributes, or is known not to need it', () => {
  const others = HANDLERS.flatMap((handler, type) => (handler && !CHANGES.has(type) ? [NAMES[type]] : []));
  assert.is(others.join(' '), KEEPING, 'a new message is in CHANGES, or has a place here');
});

test.run();
