// Fifos, sockets and devices in a host directory: no call opens one, and so none waits or has an effect on a device.
import { execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as assert from 'uvu/assert';
import { test } from 'uvu';
import { NOT_LINUX, NOT_ROOT, unless } from '../../../build/test/skip.ts';
import { SETATTR_ATIME, SETATTR_MODE, SETATTR_MTIME } from '../../9p/constants.ts';
import { mknod, rename, setMode, xattrcreate, xattrwalk } from '../../client/rare-messages.ts';
import {
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_NOATIME,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  O_SYNC,
  O_TRUNC,
  O_WRONLY,
  S_IFIFO,
  S_IFREG,
  S_IFSOCK,
} from '../../linux/constants.ts';
import { errnoName } from '../../linux/errno.ts';
import { RawClient } from '../../../testing/raw-client.ts';
import type { Kit } from '../../../testing/kit.ts';
import { packTar } from '../../archive/index.ts';
import { Server } from '../../server/server.ts';
import { everyWay, hosted } from './testing.ts';

const each = everyWay(NOT_LINUX);

/** Each call on a name, which is no regular file and no directory. */
function all(kit: Kit, name: string): void {
  const { client, root } = kit;
  for (const access of [O_RDONLY, O_WRONLY, O_RDWR]) {
    for (const more of [0, O_NONBLOCK, O_CREAT, O_TRUNC, O_APPEND, O_SYNC, O_NOATIME])
      assert.is(kit.openError(name, access | more), 'ENXIO', `${access | more}`);
    assert.is(kit.openError(name, access | O_DIRECTORY), 'ENOTDIR');
  }
  const fid = kit.walk(name);
  assert.is(errnoName(client.setSize(fid, 0x8, 0)), 'EINVAL');
  assert.is(errnoName(client.getattr(fid, 0x7ff)), 'ok');
  assert.is(errnoName(setMode(client, fid, SETATTR_MODE, 0o644)), 'ok');
  assert.is(errnoName(client.setTimes(fid, SETATTR_ATIME | SETATTR_MTIME, 0, 0, 0, 0)), 'ok');
  assert.is(errnoName(client.readlink(fid)), 'EINVAL');
  assert.is(errnoName(client.link(root, fid, 'linked')), 'ok');
  assert.is(kit.unlink('linked'), 'ok');
  // Extended attributes of the user are for files and directories (xattr(7)).
  assert.ok(xattrwalk(client, fid, 'user.a') < 0);
  const attribute = kit.clone(fid);
  const refused = xattrcreate(client, attribute, 'user.a', 1, 0);
  const lost = client.clunk(attribute);
  assert.ok(refused !== 0 || lost !== 0);
  assert.is(errnoName(rename(client, fid, root, 'moved')), 'ok');
  assert.is(kit.stat('moved').kind, kit.fstat(fid).kind);
  assert.is(kit.rename('moved', name), 'ok');
  kit.clunk(fid);
}

each('a fifo of the host: no call waits for its other end', () => {
  hosted(({ kit, root }) => {
    execFileSync('mkfifo', [`${root}/fifo`]);
    all(kit, 'fifo');
    // With a writer that waits for a reader, who does not come.
    const writer = spawn('sh', ['-c', 'echo data > "$0"', `${root}/fifo`], { stdio: 'ignore' });
    all(kit, 'fifo');
    assert.is(writer.exitCode, null);
    writer.kill('SIGKILL');
    assert.is(kit.unlink('fifo'), 'ok');
  });
});

unless(NOT_LINUX || NOT_ROOT)('a device is not opened', () => {
  hosted(({ kit, root }) => {
    // That of /dev/null, which an open would accept.
    execFileSync('mknod', [`${root}/device`, 'c', '1', '3']);
    all(kit, 'device');
    assert.is(kit.unlink('device'), 'ok');
  });
});

each('a name that becomes a fifo between the lookup and the open', () => {
  hosted(({ kit, root }) => {
    kit.put('f', 'data');
    const fid = kit.walk('f');
    fs.unlinkSync(`${root}/f`);
    execFileSync('mkfifo', [`${root}/f`]);
    assert.is(errnoName(kit.client.lopen(fid, O_RDONLY)), 'ok');
    assert.is(kit.read(fid), 'data');
    kit.clunk(fid);
    assert.is(kit.openError('f', O_RDONLY), 'ENXIO');
  });
});

each('fifos and sockets that a client makes are those of the host, and go into an archive', () => {
  hosted(({ kit, root, backend }) => {
    if (!backend.capabilities.specialFiles) {
      assert.is(errnoName(mknod(kit.client, kit.root, 'fifo', S_IFIFO | 0o640, 0, 0)), 'EPERM');
      return;
    }
    const server = new Server(backend);
    const raw = new RawClient(server);
    const made = raw.call('Tmknod', { dfid: 0, name: 'fifo', mode: S_IFIFO | 0o640, major: 0, minor: 0, gid: 0 });
    assert.is(Number(made.qid.path), fs.statSync(`${root}/fifo`).ino);
    raw.call('Tmknod', { dfid: 0, name: 'socket', mode: S_IFSOCK | 0o600, major: 0, minor: 0, gid: 0 });
    raw.expectError(
      'Tmknod',
      { dfid: 0, name: 'fifo', mode: S_IFREG | 0o600, major: 0, minor: 0, gid: 0 },
      17,
      'EEXIST',
    );
    assert.ok(fs.statSync(`${root}/fifo`).isFIFO());
    assert.ok(fs.statSync(`${root}/socket`).isSocket());
    assert.is(fs.statSync(`${root}/fifo`).mode & 0o777, 0o640);
    all(kit, 'fifo');
    all(kit, 'socket');
    assert.ok(packTar(backend).length > 0);
    raw.session.close();
    server.close();
  });
});

each('birth times are those of statx(2)', () => {
  hosted(({ kit, root }) => {
    kit.put('f', '');
    fs.utimesSync(`${root}/f`, 1, 1);
    const fid = kit.walk('f');
    assert.is(errnoName(kit.client.getattr(fid, 0x3fff)), 'ok');
    const { r } = kit.client;
    const { birthtimeNs } = fs.statSync(`${root}/f`, { bigint: true });
    assert.is(BigInt(r.btime_sec) * 1_000_000_000n + BigInt(r.btime_nsec), birthtimeNs);
    assert.ok(r.btime_sec > 1);
    kit.clunk(fid);
  });
});

test.run();
