// Splits a bigint into the two halves of an i64: the methods of Fd take bigints, the calls of preview1 two numbers.

/** The lower half of an i64, as a signed 32-bit number. */
export function lowHalf(value: bigint): number {
  return Number(BigInt.asIntN(32, value));
}

/** The upper half. */
export function highHalf(value: bigint): number {
  return Number(BigInt.asIntN(32, value >> 32n));
}

/** Joins two halves of a u64. */
export function longOf(lo: number, hi: number): bigint {
  return (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
}
