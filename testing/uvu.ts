// The kit as this project's own tests use it: with uvu, and the runner's list of skipped tests.
import { test } from 'uvu';
import { skip } from '../build/test/skip.ts';
import type { ConformanceOptions } from './conformance/run.ts';
import { MemfsStore, type MemfsStoreOptions } from './memfs-store.ts';
import type { RawClient } from './raw-client.ts';
import { TestGuest, type GuestOptions } from './test-guest.ts';

/** Options of a conformance suite that uvu runs; the test file ends with `test.run()`. */
export function byUvu(skips: Readonly<Record<string, string>> = {}): ConformanceOptions {
  return { test, skip: (title, reason) => skip(title, reason), skips };
}

/** A test with a client of frames on a store of its own, which is at rest afterwards. */
export function scenario(
  name: string,
  run: (c: RawClient, store: MemfsStore) => void | Promise<void>,
  options: MemfsStoreOptions = {},
): void {
  test(name, async () => {
    const store = new MemfsStore(options);
    await run(store.client(), store);
    store.rest();
  });
}

/** A test with a guest, whose server must be at rest afterwards. */
export function withGuest(name: string, options: GuestOptions, body: (g: TestGuest) => void | Promise<void>): void {
  test(name, async () => {
    const guest = new TestGuest(options);
    await body(guest);
    guest.end();
  });
}
