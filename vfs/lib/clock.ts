// The wall clock, in seconds and nanoseconds. Runs in a browser.

/**
 * The wall clock of file times and of the guest's CLOCK_REALTIME, in seconds and nanoseconds: a double cannot hold
 * nanoseconds since 1970, and a BigInt would be allocated for each call.
 *
 * performance.now() has a finer resolution than Date.now() but does not follow when the system's clock is set, so that
 * the base is corrected once they differ by more than 2 ms. The first base is performance.timeOrigin, finer than
 * Date.now(): file times of the host are not ahead of this clock.
 */

// Kept in a constant: in Node the global is a getter, which takes a third of the time of `readClock`.
const { performance } = globalThis;

let baseMs = performance.timeOrigin;
/** Time of the last comparison, in milliseconds of performance.now(). Once per millisecond is enough. */
let comparedAt = -1;

/** Seconds since 1970 of the last `readClock()`. */
export let nowSec = 0;
/** Nanoseconds within that second, 0 to 999,999,999. */
export let nowNsec = 0;

/** Reads the clock into `nowSec` and `nowNsec`. It never goes back unless the system's clock does. */
export function readClock(): void {
  const mono = performance.now();
  if (mono - comparedAt >= 1) compare(mono);
  const ms = baseMs + mono;
  const sec = Math.floor(ms / 1000);
  const nsec = Math.floor((ms - sec * 1000) * 1e6);
  nowSec = sec;
  nowNsec = nsec > 999_999_999 ? 999_999_999 : nsec;
}

/** Puts a time that was read elsewhere in `nowSec` and `nowNsec`. */
export function tickTo(sec: number, nsec: number): void {
  nowSec = sec;
  nowNsec = nsec;
}

/** Corrects the base if the system's clock was set. */
function compare(mono: number): void {
  comparedAt = mono;
  const wall = Date.now();
  const ahead = baseMs + mono - wall;
  // Date.now() is truncated to milliseconds: up to 1 ms ahead is equal.
  if (ahead > 2 || ahead < -1) baseMs = wall - mono;
}
