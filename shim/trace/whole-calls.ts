// Adapts the calls, which take an i64 as two numbers, to wrappers that take it as one bigint.
import type { Calls } from '../preview1/imports.ts';
import { SIGNATURES, parametersOf, wasmTypesOf, type CallName } from '../preview1/abi/signatures.ts';

/** The arguments of a call as the guest passes them: an i64 is one bigint. */
export type Args = readonly (number | bigint)[];
/** A WASI function with such arguments. It returns a WASI errno; proc_exit returns undefined. */
export type WholeCall = (...args: Args) => number | undefined;

/** Wraps each of the 46 functions; `wrap` gets and returns a function that takes an i64 as one bigint. */
export function wrapWhole(calls: Calls, wrap: (name: CallName, call: WholeCall) => WholeCall): Calls {
  const wrapped: Record<string, (...args: number[]) => unknown> = {};
  for (const name of Object.keys(SIGNATURES) as CallName[]) {
    const types = parametersOf(name).flatMap(wasmTypesOf);
    const call = calls[name] as unknown as (...args: number[]) => number | undefined;
    const whole = wrap(name, (...args) => call(...args.flatMap(split)));
    wrapped[name] = (...args) => whole(...joined(types, args));
  }
  return wrapped as unknown as Calls;
}

function split(arg: number | bigint): number[] {
  return typeof arg === 'number' ? [arg] : [Number(BigInt.asIntN(32, arg)), Number(arg >> 32n)];
}

function joined(types: readonly ('i32' | 'i64')[], args: readonly number[]): Args {
  let next = 0;
  return types.map((type) => {
    const lower = args[next++]!;
    return type === 'i32' ? lower : (BigInt(args[next++]!) << 32n) | BigInt(lower >>> 0);
  });
}
