// Times of node:fs, which are nanoseconds since 1970 as a bigint, and their seconds and nanoseconds.

const SECOND = 1_000_000_000n;

/** A time in nanoseconds since 1970. */
export function toNs(sec: number, nsec: number): bigint {
  return BigInt(sec) * SECOND + BigInt(nsec);
}

/** The seconds of a time, rounded down, before 1970 too. */
export function secondsOf(ns: bigint): number {
  const sec = ns / SECOND;
  return Number(sec * SECOND > ns ? sec - 1n : sec);
}

/** The nanoseconds of a time within its second. */
export function nanosecondsOf(ns: bigint): number {
  const rest = Number(ns % SECOND);
  return rest < 0 ? rest + 1e9 : rest;
}
