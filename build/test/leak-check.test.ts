// Tries the leak check: each kind of resource is found while open, and not after it is closed.
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { suite, test } from 'uvu';
import * as assert from 'uvu/assert';
import { ram } from '../../vfs/backends/ram/index.ts';
import { Attachment, serverFor } from '../../vfs/connect/server-for.ts';
import { alive, left, suite as checked } from './leak-check.ts';
import { NOT_LINUX, skip, unless } from './skip.ts';

const FILE = fileURLToPath(import.meta.url);

/** Returns the leaks between opening and closing, and asserts that there are none after it. */
function leftBy(open: () => () => void): string[] {
  const before = alive();
  const close = open();
  const found = left(before);
  close();
  assert.equal(left(before), []);
  return found;
}

test('no test file gets another uvu', () => {
  assert.is(suite, checked);
});

unless(NOT_LINUX)('a descriptor is identified by its file', () => {
  const found = leftBy(() => {
    const fd = openSync(FILE, 'r');
    return () => closeSync(fd);
  });
  assert.match(found.join(), /^descriptor \d+ of \/.*leak-check\.test\.ts$/);
});

test('timers, those that keep no process alive too', () => {
  const found = leftBy(() => {
    const timer = setTimeout(() => {}, 1e6).unref();
    return () => clearTimeout(timer);
  });
  assert.equal(found, ['a timer']);
});

test('listeners of the process', () => {
  const found = leftBy(() => {
    const listener = (): void => {};
    process.on('SIGUSR2', listener);
    process.on('exit', listener);
    return () => process.off('SIGUSR2', listener).off('exit', listener);
  });
  assert.ok(found.includes('a listener of SIGUSR2') && found.includes('a listener of exit'), found.join());
});

test('sessions and their fids', () => {
  const found = leftBy(() => {
    const mount = new Attachment(serverFor(ram()));
    mount.client.clone(mount.client.root);
    return () => mount.close();
  });
  assert.equal(found, ['a session with 2 fids (backend ram)']);
});

test('a skip is printed with its reason, for the runner', () => {
  const printed: unknown[] = [];
  const { log } = console;
  console.log = (line: unknown) => void printed.push(line);
  try {
    const named = checked('named');
    skip('a title', 'a reason', named);
    unless('another', named)('a second', () => {});
    named.skip('a third', () => {});
    // A file that is a child process of its own test registers its tests, too, and does not run them.
    assert.equal(printed, []);
    named.run();
  } finally {
    console.log = log;
  }
  assert.equal(printed, [
    'skipped (a reason): named: a title',
    'skipped (another): named: a second',
    'skipped (): named: a third',
  ]);
  assert.is(unless(''), test);
});

test.run();
