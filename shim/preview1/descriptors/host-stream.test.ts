// Descriptors of the host as streams: calls that the host interrupts.
import fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Iov } from '../../../vfs/lib/iov.ts';
import { HostDescriptor } from './host-stream.ts';

/** Runs `act` while a function of node:fs fails `times` times with EINTR. Returns the number of its calls. */
function interrupted(name: 'readvSync' | 'writeSync', times: number, act: () => void): number {
  const original = fs[name] as (...args: unknown[]) => number;
  let calls = 0;
  (fs as unknown as Record<string, unknown>)[name] = (...args: unknown[]) => {
    if (calls++ < times) throw Object.assign(new Error('EINTR: interrupted system call'), { code: 'EINTR' });
    return original(...args);
  };
  try {
    act();
  } finally {
    (fs as unknown as Record<string, unknown>)[name] = original;
  }
  return calls;
}

test('a read that a signal interrupts goes on', () => {
  const file = fs.openSync('/dev/zero', 'r');
  const stream = HostDescriptor.open(file, true);
  const bytes = new Uint8Array(3).fill(7);
  const iov = new Iov();
  iov.single(bytes, 0, 3);
  assert.is(
    interrupted('readvSync', 2, () => assert.is(stream.read(iov), 3)),
    3,
  );
  assert.equal([...bytes], [0, 0, 0]);
  stream.close();
  fs.closeSync(file);
});

test('a write that a signal interrupts goes on', () => {
  const file = fs.openSync('/dev/null', 'w');
  const stream = HostDescriptor.open(file, false);
  const iov = new Iov();
  iov.single(new Uint8Array(3), 0, 3);
  assert.is(
    interrupted('writeSync', 1, () => assert.is(stream.write(iov), 3)),
    2,
  );
  stream.close();
  fs.closeSync(file);
});

test.run();
