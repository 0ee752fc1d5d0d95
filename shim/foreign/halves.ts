// The methods of browser_wasi_shim's Fd take BigInts, ours the two halves of an i64.

/** The lower half of an i64, as a signed 32-bit number. */
export function lowHalf(value: bigint): number {
  return Number(BigInt.asIntN(32, value));
}

/** The upper half. */
export function highHalf(value: bigint): number {
  return Number(BigInt.asIntN(32, value >> 32n));
}
