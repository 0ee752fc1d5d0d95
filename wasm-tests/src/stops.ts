// Checks of the volume and the server while a program is stopped at an `@host WORD` line.
import * as assert from 'uvu/assert';
import type { scenario } from '../harness.ts';

type Options = NonNullable<Parameters<typeof scenario>[1]>;
type Stop = Parameters<NonNullable<Options['during']>>[0];
type End = Parameters<NonNullable<Options['after']>>[0];
type Look = Pick<Stop, 'vol' | 'server'>;

/**
 * The checks of the host at a program's `@host WORD` lines. Every word comes once, in this order; `after` is called when
 * the program has ended.
 */
export function stops(
  checks: Record<string, (look: Look) => void>,
  after: (end: End) => void = () => {},
): { during: (stop: Stop) => void; after: (end: End) => void } {
  const words = Object.keys(checks);
  let reached: string[] = [];
  return {
    during(stop) {
      // The same scenario may run on several stores: the first word begins a run.
      if (stop.word === words[0]) reached = [];
      reached.push(stop.word);
      const check = checks[stop.word];
      assert.ok(check, `no check for @host ${stop.word}`);
      check(stop);
    },
    after(end) {
      assert.equal(reached, words, 'the program stopped at every word once, in order');
      after(end);
    },
  };
}

/** Asserts that exactly `count` orphans are open, which hold at least `bytes` bytes with those that are being reclaimed. */
export function orphans({ server }: Pick<Look, 'server'>, count: number, bytes = 0): void {
  const found = server.inspect();
  assert.is(found.orphans, count, `orphans: ${JSON.stringify(found)}`);
  assert.ok(found.bytes >= bytes, `at least ${bytes} bytes: ${JSON.stringify(found)}`);
}

/** The volume, seen through its own API, has exactly these names in a directory under /tmp. */
export function names({ vol }: Pick<Look, 'vol'>, expected: string[], dir = ''): void {
  assert.equal(vol.readdirSync(`/tmp/${dir}`).map(String).sort(), expected, `names in /tmp/${dir}`);
}

/** Asserts the number of names in a directory below /tmp. */
export function nameCount({ vol }: Pick<Look, 'vol'>, expected: number, dir = ''): void {
  assert.is(vol.readdirSync(`/tmp/${dir}`).length, expected, `number of names in /tmp/${dir}`);
}

/** The volume, seen through its own API, has this text under a name in /tmp. */
export function content({ vol }: Pick<Look, 'vol'>, name: string, text: string): void {
  assert.is(vol.readFileSync(`/tmp/${name}`, 'utf8'), text, `content of /tmp/${name}`);
}
