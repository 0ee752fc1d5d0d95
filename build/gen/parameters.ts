// Generates parameters.gen.ts, the wasm parameter types of each ABI function, from which the i64 trampoline is built.
import { SIGNATURES, parametersOf, wasmTypesOf, type CallName } from '../../shim/preview1/abi/signatures.ts';

type Types = ('i32' | 'i64')[];

/** The wasm parameters of a function. */
function typesOf(call: CallName): Types {
  return parametersOf(call).flatMap(wasmTypesOf);
}

/** The text of parameters.gen.ts: the functions that take an i64. */
export function generateParameters(): string {
  const calls = (Object.keys(SIGNATURES) as CallName[]).filter((call) => typesOf(call).includes('i64'));
  return [
    '// Generated from ../abi/signatures.ts by build/gen/parameters.ts. Do not edit it: change the table and generate it anew.',
    '',
    '/** The parameters of each function, in the order of their names: \\x7f is an i32 and \\x7e an i64, as in wasm. */',
    `export const PARAMETERS = '${(Object.keys(SIGNATURES) as CallName[])
      .sort()
      .map((call) => typesOf(call).map(letter).join(''))
      .join()}';`,
    '',
    '/** These functions as the guest calls them. */',
    'export type LongCalls = {',
    ...calls.flatMap((call) => [`  ${call}(`, ...declared(call).map((text) => `    ${text},`), '  ): number;']),
    '};',
    '',
  ].join('\n');
}

function letter(type: Types[number]): string {
  return type === 'i64' ? '\\x7e' : '\\x7f';
}

function declared(call: CallName): string[] {
  return parametersOf(call).flatMap((parameter) => {
    const types = wasmTypesOf(parameter);
    if (types.length > 1) return [`${parameter.name}: number`, `${parameter.name}_len: number`];
    return [`${parameter.name}: ${types[0] === 'i64' ? 'bigint' : 'number'}`];
  });
}
