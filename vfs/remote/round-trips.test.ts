// Counts the round trips of each call, and measures their time on a slow link.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { AT_REST } from '../../testing/at-rest.ts';
import { createFs, type FileSystem } from '../fs/index.ts';
import { rootedOf } from '../fs/rooted-of.ts';
import { remote } from './index.ts';
import type { RemoteTransport } from './session/transport.ts';
import { withServer } from './testing.ts';

function transportOf(fs: FileSystem): RemoteTransport {
  return (rootedOf(fs) as unknown as { at: { client: { transport: RemoteTransport } } }).at.client.transport;
}

/** The number of times that a call waits. */
function waits(fs: FileSystem, call: () => void): number {
  const { requests } = transportOf(fs);
  const before = requests.trips;
  call();
  return requests.trips - before;
}

/** Each call on a file in a directory of the root, and its round trips; with one request at a time they were those in brackets. */
const CALLS: readonly [name: string, most: number, call: (fs: FileSystem) => void][] = [
  ['create + 4 KiB + close (5)', 5, (fs) => fs.writeFileSync('/d/f', new Uint8Array(4096))],
  ['stat (3)', 1, (fs) => fs.statSync('/d/f')],
  ['open + close (3)', 1, (fs) => fs.closeSync(fs.openSync('/d/f'))],
  [
    'open + read 4 KiB + close (4)',
    2,
    (fs) => {
      const fd = fs.openSync('/d/f');
      assert.is(fs.readSync(fd, new Uint8Array(8192)), 4096);
      fs.closeSync(fd);
    },
  ],
  ['rename (5)', 3, (fs) => fs.renameSync('/d/f', '/d/g')],
  ['unlink (3)', 2, (fs) => fs.unlinkSync('/d/g')],
  ['stat of nothing (1)', 1, (fs) => fs.statSync('/d/g', { throwIfNoEntry: false })],
];

test('the calls wait for few replies', () =>
  withServer({}, (server) => {
    const fs = createFs(remote(server.url));
    fs.mkdirSync('/d');
    const found = CALLS.map(([name, , call]) => `${name}: ${waits(fs, () => call(fs))}`);
    assert.equal(
      found,
      CALLS.map(([name, most]) => `${name}: ${most}`),
    );
    for (let i = 0; i < 2000; i++) fs.writeFileSync(`/d/${i}`, '');
    const listing = waits(fs, () => assert.is(fs.readdirSync('/d').length, 2000));
    assert.ok(listing <= 5, `a listing of 2,000 names: ${listing}`);
    fs.unmount();
    assert.equal(server.atRest(), AT_REST);
  }));

test('a walk through a tree, with each file read, takes at most three round trips a file', () =>
  withServer({ delay: 1 }, (server) => {
    const fs = createFs(remote(server.url));
    const files = 100;
    for (let i = 0; i < files; i++) {
      if (i % 20 === 0) fs.mkdirSync(`/${i / 20}`);
      fs.writeFileSync(`/${Math.floor(i / 20)}/${i}`, 'content');
    }
    let read = 0;
    const all = waits(fs, () => {
      for (const dir of fs.readdirSync('/')) {
        for (const name of fs.readdirSync(`/${dir}`)) {
          const fd = fs.openSync(`/${dir}/${name}`);
          const buffer = new Uint8Array(100);
          while (fs.readSync(fd, buffer) > 0) read++;
          fs.closeSync(fd);
        }
      }
    });
    assert.is(read, files);
    assert.ok(all <= 3 * files + 6 * 5, `${all} round trips for ${files} files`);
    const stats = waits(fs, () => {
      for (const dir of fs.readdirSync('/'))
        for (const name of fs.readdirSync(`/${dir}`)) fs.statSync(`/${dir}/${name}`);
    });
    assert.ok(stats <= files + 6 * 5, `${stats} round trips for ${files} stats`);
    fs.unmount();
    assert.equal(server.atRest(), AT_REST);
  }));

test('a file that is read from front to back is read ahead', () =>
  withServer({ delay: 10 }, (server) => {
    const fs = createFs(remote(server.url, { msize: 128 << 10 }));
    const data = new Uint8Array(16 << 20);
    for (let i = 0; i < data.length; i += 4096) new DataView(data.buffer).setUint32(i, i);
    const other = createFs(remote(server.url));
    other.writeFileSync('/f', data);
    const fd = fs.openSync('/f');
    const part = new Uint8Array(64 << 10);
    let at = 0;
    const before = transportOf(fs).requests.trips;
    for (let count = fs.readSync(fd, part); count > 0; count = fs.readSync(fd, part)) {
      assert.equal(part.subarray(0, count), data.subarray(at, at + count));
      at += count;
    }
    const trips = transportOf(fs).requests.trips - before;
    assert.is(at, data.length);
    // Of 256 reads, as many bytes are on their way at a time.
    assert.ok(trips < 64, `${trips} round trips`);
    // A read after a stat sees the writes of others.
    other.writeFileSync('/f', 'new');
    fs.fstatSync(fd);
    assert.is(fs.readSync(fd, part, 0, part.length, 0), 3);
    fs.closeSync(fd);
    fs.unmount();
    other.unmount();
    assert.equal(server.atRest(), AT_REST);
  }));

test('own writes, and a new size, are seen by the next read', () =>
  withServer({}, (server) => {
    const fs = createFs(remote(server.url, { msize: 8192 }));
    fs.writeFileSync('/f', new Uint8Array(1 << 20));
    const fd = fs.openSync('/f', 'r+');
    const part = new Uint8Array(4096);
    for (let at = 0; at < 16 * 4096; at += 4096) fs.readSync(fd, part);
    fs.writeSync(fd, Uint8Array.of(7), 0, 1, 20 * 4096);
    fs.readSync(fd, part, 0, 4096, 16 * 4096);
    for (let i = 0; i < 4; i++) fs.readSync(fd, part, 0, 4096, (17 + i) * 4096);
    assert.is(part[0], 7);
    fs.ftruncateSync(fd, 21 * 4096);
    assert.is(fs.readSync(fd, part, 0, 4096, 21 * 4096), 0);
    fs.closeSync(fd);
    fs.unmount();
    assert.equal(server.atRest(), AT_REST);
  }));

test.run();
