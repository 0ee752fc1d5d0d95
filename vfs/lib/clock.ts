// The wall clock, in seconds and nanoseconds. Runs in a browser.

/**
 * The wall clock of file times and of the guest's CLOCK_REALTIME: seconds and nanoseconds as two
 * numbers (a double cannot hold nanoseconds since 1970, and a BigInt would be allocated a call).
 *
 * performance.now() counts finer than Date.now() but drifts from it when the system's clock is set,
 * so the base is taken anew once they differ by more than 2 ms. The first base is finer than Date.now(), too: the
 * host's own file times are not ahead of ours.
 */

// Kept, because Node gets the global one through a function at each use, which takes a third of the time of a tick.
const { performance } = globalThis;

let baseMs = performance.timeOrigin;
/** When the two were compared last, in milliseconds of performance.now(): once a millisecond is enough. */
let comparedAt = -1;

/** Seconds since 1970 of the last `tick()`. */
export let nowSec = 0;
/** Nanoseconds within that second, 0 to 999,999,999. */
export let nowNsec = 0;

/** Reads the clock into `nowSec` and `nowNsec`. Never steps back unless the system's clock does. */
export function tick(): void {
  const mono = performance.now();
  if (mono - comparedAt >= 1) compare(mono);
  const ms = baseMs + mono;
  const sec = Math.floor(ms / 1000);
  const nsec = Math.floor((ms - sec * 1000) * 1e6);
  nowSec = sec;
  nowNsec = nsec > 999_999_999 ? 999_999_999 : nsec;
}

/** Takes the base anew when the system's clock was set. */
function compare(mono: number): void {
  comparedAt = mono;
  const wall = Date.now();
  const ahead = baseMs + mono - wall;
  // Date.now() is cut to whole milliseconds: up to 1 ms ahead is agreement.
  if (ahead > 2 || ahead < -1) baseMs = wall - mono;
}
