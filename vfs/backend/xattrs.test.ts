// The extended attributes of a store in memory.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { XATTR_REPLACE } from '../linux/constants.ts';
import { E } from '../linux/errno.ts';
import { XATTR_LIST_MAX, listXattrs, setXattr, type XattrOwner } from './xattrs.ts';

const ROOMY = { takeHeap: () => true, giveHeap: () => {} };
const NONE = new Uint8Array(0);

/** Counts the walks through all attributes of the inode. */
function counting(inode: XattrOwner): { walks: number } {
  const count = { walks: 0 };
  for (const method of ['keys', 'values', 'entries', 'forEach', Symbol.iterator] as const) {
    const original = inode.xattrs![method] as (...args: unknown[]) => unknown;
    Object.defineProperty(inode.xattrs, method, {
      value(...args: unknown[]) {
        count.walks++;
        return original.apply(this, args);
      },
    });
  }
  return count;
}

test('setting and removing an attribute takes no look at the others', () => {
  const inode: XattrOwner = { xattrs: null };
  assert.is(setXattr(inode, 'user.first', NONE, 0, ROOMY), 0);
  const count = counting(inode);
  for (let i = 0; i < 1000; i++) assert.is(setXattr(inode, `user.${i}`, NONE, 0, ROOMY), 0);
  for (let i = 0; i < 500; i++) assert.is(setXattr(inode, `user.${i}`, NONE, XATTR_REPLACE, ROOMY), 0);
  assert.is(count.walks, 0);
  assert.is(listXattrs(inode).length, 501);
});

test('the list of names has its limit after any sequence of changes', () => {
  const inode: XattrOwner = { xattrs: null };
  const encoder = new TextEncoder();
  let full = 0;
  for (let i = 0; i < 4000; i++) {
    const name = `u${'é'.repeat((i * 7) % 60)}${i % 1500}`;
    const isThere = inode.xattrs?.has(name) ?? false;
    const listed = encoder.encode(listXattrs(inode).join('\0')).length + 1;
    const isFull = !isThere && listed + encoder.encode(name).length + 1 > XATTR_LIST_MAX;
    if (isFull) full++;
    const [value, flags] = isThere && i % 5 === 0 ? [NONE, XATTR_REPLACE] : [Uint8Array.of(1), 0];
    assert.is(setXattr(inode, name, value, flags, ROOMY), isFull ? E.ENOSPC : 0);
  }
  assert.ok(full > 0 && full < 2000);
});

test.run();
