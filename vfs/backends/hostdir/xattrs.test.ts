// Extended attributes on the host: those of the user are shared with the host, all others are out of a guest's reach.
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NOT_LINUX, unless } from '../../../build/test/skip.ts';
import { XATTR_CREATE, XATTR_REPLACE } from '../../linux/constants.ts';
import { E } from '../../linux/errno.ts';
import type { HostDirStore } from './backend.ts';
import { hostDir } from './index.ts';
import { libc, type Libc } from './libc/libc.ts';
import { reasonAgainst, scratch } from './testing.ts';

const byLibc = unless(
  NOT_LINUX || reasonAgainst('openat') || (keepsThem() ? '' : 'the file system of /tmp keeps none'),
);
const encoder = new TextEncoder();
const bytes = (text: string): Uint8Array => encoder.encode(text);
const path = (text: string): Uint8Array => bytes(`${text}\0`);

function keepsThem(): boolean {
  const { root, remove } = scratch();
  const backend = hostDir(root);
  const keeps = backend.capabilities.xattrs;
  backend.close();
  remove();
  return keeps;
}

/** Runs a test on a directory with a file, a directory and a symlink. */
function tried(run: (backend: HostDirStore, root: string, own: Libc) => void, readOnly = false): void {
  const { root, remove } = scratch();
  fs.writeFileSync(`${root}/file`, '');
  fs.mkdirSync(`${root}/dir`);
  fs.symlinkSync('file', `${root}/link`);
  const backend = hostDir(root, { way: 'openat', readOnly }) as unknown as HostDirStore;
  run(backend, root, libc() as Libc);
  backend.close();
  remove();
}

byLibc('guest and host see the same', () => {
  tried((backend, root, own) => {
    for (const name of ['file', 'dir']) {
      const inode = backend.lookup(backend.root() as never, name) as never;
      assert.is(backend.setxattr(inode, 'user.guest', bytes('of the guest'), XATTR_CREATE), 0);
      const value = new Uint8Array(100);
      const count = own.getxattr(path(`${root}/${name}`), path('user.guest'), value, 100);
      assert.is(new TextDecoder().decode(value.subarray(0, count)), 'of the guest');
      assert.is(own.setxattr(path(`${root}/${name}`), path('user.host'), bytes('of the host'), 11, 0), 0);
      assert.equal(backend.getxattr(inode, 'user.host'), bytes('of the host'));
      assert.equal(backend.listxattr(inode), ['user.guest', 'user.host']);
      assert.is(backend.setxattr(inode, 'user.guest', new Uint8Array(0), XATTR_REPLACE), 0);
      assert.equal(backend.listxattr(inode), ['user.host']);
      assert.is(backend.getxattr(inode, 'user.guest'), E.ENODATA);
    }
  });
});

byLibc('attributes that are rights are neither seen nor set', () => {
  tried((backend, root, own) => {
    const inode = backend.lookup(backend.root() as never, 'file') as never;
    // As root; others cannot make one.
    own.setxattr(path(`${root}/file`), path('trusted.x'), bytes('x'), 1, 0);
    for (const name of ['security.capability', 'trusted.x', 'system.posix_acl_access', 'user', 'USER.x', '']) {
      assert.is(backend.getxattr(inode, name), E.ENOTSUP, name);
      assert.is(backend.setxattr(inode, name, bytes('x'), 0), E.ENOTSUP, name);
    }
    assert.equal(backend.listxattr(inode), []);
  });
});

byLibc('a symlink has none, and is not followed', () => {
  tried((backend, root) => {
    const link = backend.lookup(backend.root() as never, 'link') as never;
    assert.is(backend.setxattr(link, 'user.a', bytes('x'), 0), E.EPERM);
    const file = backend.lookup(backend.root() as never, 'file') as never;
    assert.equal(backend.listxattr(file), []);
    // Nor is one that has taken the name of the file.
    fs.writeFileSync(`${root}/../outside/secret`, '');
    fs.unlinkSync(`${root}/file`);
    fs.symlinkSync('../outside/secret', `${root}/file`);
    assert.is(backend.setxattr(file, 'user.a', bytes('x'), 0), 0);
    assert.equal(backend.getxattr(file, 'user.a'), bytes('x'));
    assert.is((libc() as Libc).listxattr(path(`${root}/../outside/secret`), new Uint8Array(100), 100), 0);
  });
});

byLibc('a read-only directory keeps what it has', () => {
  tried((backend, root, own) => {
    own.setxattr(path(`${root}/file`), path('user.host'), bytes('x'), 1, 0);
    const inode = backend.lookup(backend.root() as never, 'file') as never;
    for (const name of ['user.host', 'user.new', 'trusted.x']) {
      assert.is(backend.setxattr(inode, name, bytes('y'), 0), E.EROFS);
    }
    assert.equal(backend.getxattr(inode, 'user.host'), bytes('x'));
  }, true);
});

byLibc('names and values as long as they may be', () => {
  tried((backend) => {
    const inode = backend.lookup(backend.root() as never, 'file') as never;
    const name = `user.${'n'.repeat(250)}`;
    assert.is(backend.setxattr(inode, name, bytes('x'), 0), 0);
    assert.equal(backend.listxattr(inode), [name]);
    assert.is(backend.setxattr(inode, `${name}n`, bytes('x'), 0), E.ERANGE);
    // The file system says how much it takes.
    const errno = backend.setxattr(inode, 'user.large', new Uint8Array(65_536), 0);
    assert.ok(errno === 0 || errno === E.ENOSPC, String(errno));
  });
});

test.run();
