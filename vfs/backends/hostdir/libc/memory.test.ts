// The memory of a guest is passed to libc by its address: it is the right one after the memory has grown, and is not used
// after it was detached.
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NOT_LINUX, unless } from '../../../../build/test/skip.ts';
import { O_RDWR } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import type { HostDirStore } from '../backend.ts';
import { inMemory, reasonAgainst, scratch, throughLibc } from '../testing.ts';
import type { HostInode } from '../tree/inode.ts';
import { libc, type Libc } from './libc.ts';

const linux = unless(NOT_LINUX || reasonAgainst('openat'));
const PAGE = 65_536;

/** Runs a test on an open file with five bytes, and a log of the calls that moved data. */
function opened(run: (backend: HostDirStore, inode: HostInode, handle: number, log: string[]) => void): void {
  const { root, remove } = scratch(inMemory);
  fs.writeFileSync(`${root}/file`, 'words');
  const own = libc() as Libc;
  const log: string[] = [];
  const pread: Libc['pread'] = (...args) => {
    log.push('pread');
    return own.pread(...args);
  };
  const pwrite: Libc['pwrite'] = (...args) => {
    log.push('pwrite');
    return own.pwrite(...args);
  };
  const backend = throughLibc({ ...own, pread, pwrite }, 'openat', root);
  const inode = backend.lookup(backend.root() as HostInode, 'file') as HostInode;
  const handle = backend.open(inode, O_RDWR);
  run(backend, inode, handle, log);
  backend.closeHandle(inode, handle);
  backend.close();
  remove();
}

const text = (u8: Uint8Array, start: number): string => new TextDecoder().decode(u8.subarray(start, start + 5));

linux('memory that has grown is read into where it is now; memory that was detached, not at all', () => {
  opened((backend, inode, handle, log) => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const before = new Uint8Array(memory.buffer);
    assert.is(backend.read(inode, handle, 0, before, 100, 105), 5);
    assert.is(text(before, 100), 'words');
    memory.grow(1);
    log.length = 0;
    assert.is(backend.read(inode, handle, 0, before, 200, 205), -E.EFAULT);
    assert.is(backend.write(inode, handle, 0, before, 200, 205), -E.EFAULT);
    assert.equal(log, []);
    const after = new Uint8Array(memory.buffer);
    assert.is(backend.read(inode, handle, 0, after, PAGE + 1, PAGE + 6), 5);
    assert.is(text(after, PAGE + 1), 'words');
    assert.is(backend.read(inode, handle, 0, after, 2 * PAGE - 4, 2 * PAGE + 1), -E.EFAULT);
  });
});

linux('a short array has the same memory before and after its buffer is asked for', () => {
  opened((backend, inode, handle) => {
    const short = new Uint8Array(8);
    assert.is(backend.read(inode, handle, 0, short, 1, 6), 5);
    assert.is(short.buffer.byteLength, 8);
    short.fill(0x78);
    assert.is(backend.write(inode, handle, 0, short, 0, 2), 2);
    assert.is(backend.read(inode, handle, 0, short, 3, 8), 5);
    assert.is(text(short, 3), 'xxrds');
    const part = new Uint8Array(new SharedArrayBuffer(64), 8, 16);
    assert.is(backend.read(inode, handle, 0, part, 3, 8), 5);
    assert.equal([...part.subarray(0, 9)].join(), '0,0,0,120,120,114,100,115,0');
  });
});

linux('a read that ends with the file is one call', () => {
  opened((backend, inode, handle, log) => {
    const block = new Uint8Array(4096);
    assert.is(backend.read(inode, handle, 0, block, 0, 4096), 5);
    assert.is(backend.read(inode, handle, 5, block, 0, 4096), 0);
    assert.equal(log, ['pread', 'pread']);
  });
});

test.run();
