// Skips tests of uvu with a reason, without which the runner fails the file.
import { test as defaultSuite } from 'uvu';

type Suite = typeof defaultSuite;

/** A reason to skip what holds on Linux only; '' there. */
export const NOT_LINUX = process.platform === 'linux' ? '' : 'the host is not Linux';

/** A reason to skip what only a user can do that permissions do not stop; '' for root. */
export const NOT_ROOT = process.getuid?.() === 0 ? '' : 'only root may read and enter directories of any mode';

/** A reason to skip what JavaScript functions do not do as imports (`npm test -- --plain-gate`); '' for wasm ones. */
export const PLAIN_GATE = process.env.WASI9P_PLAIN_GATE ? 'JavaScript functions link with any type' : '';

/** Skips a test of a suite; the runner lists it with the reason. */
export function skip(title: string, reason: string, suite: Suite = defaultSuite): void {
  // leak-check.ts takes the reason where uvu takes the test.
  suite.skip(title, reason as never);
}

/** Returns the suite if `reason` is '', else a function that skips each test for that reason. */
export function unless(
  reason: string,
  suite: Suite = defaultSuite,
): (title: string, run: Parameters<Suite>[1]) => void {
  return reason === '' ? suite : (title) => skip(title, reason, suite);
}
