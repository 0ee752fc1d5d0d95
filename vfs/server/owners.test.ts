// New files belong to the user of the fid that they are made by.
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { GETATTR_BASIC, NOFID, NONUNAME, NOTAG, VERSION } from '../9p/constants.ts';
import { NOT_ROOT, unless } from '../../build/test/skip.ts';
import { exchange, RawClient } from '../../testing/raw-client.ts';
import { scenario } from '../../testing/uvu.ts';
import { hostDir } from '../backends/hostdir/index.ts';
import { ram } from '../backends/ram/index.ts';
import { O_CREAT, O_RDWR, S_IFIFO } from '../linux/constants.ts';
import { Server } from './server.ts';

/** A fid on the root as a user. */
function attach(c: RawClient, n_uname: number): number {
  const fid = c.fid();
  c.call('Tattach', { fid, afid: NOFID, uname: '', aname: '', n_uname });
  return fid;
}

/** Mode, owner and group, by a fid. */
function owner(c: RawClient, fid: number): string {
  const { mode, uid, gid } = c.call('Tgetattr', { fid, request_mask: GETATTR_BASIC });
  return `${(mode & 0o7777).toString(8)} ${uid}:${gid}`;
}

function ownerOf(c: RawClient, path: string): string {
  const fid = c.walk(path);
  const found = owner(c, fid);
  c.clunk(fid);
  return found;
}

/** Makes a file of each kind in the directory of `dfid`, as a user of the group 70. */
function makeAll(c: RawClient, dfid: number, prefix: string): void {
  const gid = 70;
  c.call('Tmkdir', { dfid, name: `${prefix}-dir`, mode: 0o755, gid });
  c.call('Tsymlink', { dfid, name: `${prefix}-link`, symtgt: 'x', gid });
  c.call('Tmknod', { dfid, name: `${prefix}-fifo`, mode: S_IFIFO | 0o600, major: 0, minor: 0, gid });
  const [dir, file] = [c.fid(), c.fid()];
  c.call('Twalk', { fid: dfid, newfid: file, wname: [] });
  c.call('Tlcreate', { fid: file, name: `${prefix}-file`, flags: O_RDWR | O_CREAT, mode: 0o4755, gid });
  c.call('Twalk', { fid: dfid, newfid: dir, wname: [`${prefix}-dir`] });
  c.call('Tmkdir', { dfid: dir, name: 'inside', mode: 0o700, gid });
  c.clunk(dir);
  c.clunk(file);
}

function owners(c: RawClient, prefix: string): string[] {
  return ['dir', 'link', 'fifo', 'file', 'dir/inside'].map((name) => ownerOf(c, `${prefix}-${name}`).split(' ')[1]!);
}

function tryUsers(c: RawClient): void {
  const user = attach(c, 1000);
  makeAll(c, user, 'user');
  assert.equal(owners(c, 'user'), Array(5).fill('1000:70'));
  makeAll(c, attach(c, 0), 'root');
  assert.equal(owners(c, 'root'), Array(5).fill('0:70'));
  makeAll(c, attach(c, NONUNAME), 'nobody');
  assert.equal(owners(c, 'nobody'), Array(5).fill('0:70'), 'a client that names nobody is root');
}

scenario('files of memfs belong to the user of the attach', (c) => tryUsers(c));

test('so do those of ram', () => {
  const server = new Server(ram());
  tryUsers(new RawClient(server));
  server.close();
});

unless(NOT_ROOT)('and those of a host directory, where the server is root', () => {
  const dir = fs.mkdtempSync(join(tmpdir(), 'wasi9p-owners-'));
  const backend = hostDir(dir);
  const server = new Server(backend);
  try {
    tryUsers(new RawClient(server));
    const { uid, gid } = fs.lstatSync(join(dir, 'user-link'));
    assert.equal([uid, gid], [1000, 70]);
  } finally {
    server.close();
    backend.close();
    fs.rmSync(dir, { recursive: true });
  }
});

scenario('the set-user-ID bit stays, which a change of the owner clears', (c) => {
  const fid = attach(c, 1000);
  c.call('Tlcreate', { fid, name: 'f', flags: O_RDWR | O_CREAT, mode: 0o4755, gid: 70 });
  assert.is(owner(c, fid), '4755 1000:70');
});

scenario('a file that is there keeps its owner when O_CREAT opens it', (c) => {
  c.file('f');
  const fid = attach(c, 1000);
  c.call('Tlcreate', { fid, name: 'f', flags: O_RDWR | O_CREAT, mode: 0o644, gid: 70 });
  assert.is(ownerOf(c, 'f').split(' ')[1], '0:0');
});

scenario('the number of a clunked fid keeps no user', (c) => {
  const fid = attach(c, 1000);
  c.clunk(fid);
  c.call('Tattach', { fid, afid: NOFID, uname: '', aname: '', n_uname: 0 });
  c.call('Tmkdir', { dfid: fid, name: 'd', mode: 0o755, gid: 0 });
  assert.is(ownerOf(c, 'd'), '755 0:0');
});

scenario('Tversion forgets the users, as it does the fids', (c) => {
  const fid = attach(c, 1000);
  exchange(c.wire, 'Tversion', { msize: 65_536, version: VERSION }, NOTAG);
  c.call('Tattach', { fid, afid: NOFID, uname: '', aname: '', n_uname: NONUNAME });
  c.call('Tmkdir', { dfid: fid, name: 'd', mode: 0o755, gid: 0 });
  const made = c.fid();
  c.call('Twalk', { fid, newfid: made, wname: ['d'] });
  assert.is(owner(c, made), '755 0:0');
});

test.run();
