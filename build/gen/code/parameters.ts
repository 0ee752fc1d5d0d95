// Generates parameters.gen.ts: the wasm parameters of each ABI function, from which the i64 trampoline is built, and the
// types of the functions before and behind it.
import { SIGNATURES, parametersOf, wasmTypesOf, type CallName } from '../../../shim/preview1/abi/signatures.ts';

type Types = ('i32' | 'i64')[];

/** The wasm parameters of a function. */
function typesOf(call: CallName): Types {
  return parametersOf(call).flatMap(wasmTypesOf);
}

/** The text of parameters.gen.ts. */
export function generateParameters(): string {
  const calls = Object.keys(SIGNATURES) as CallName[];
  return [
    '// Generated from ../abi/signatures.ts by build/gen/code/parameters.ts. Do not edit it: change the table and generate it anew.',
    '',
    '/** The parameters of each function, in the order of their names: \\x7f is an i32 and \\x7e an i64, as in wasm. */',
    `export const PARAMETERS = '${[...calls]
      .sort()
      .map((call) => typesOf(call).map(letter).join(''))
      .join()}';`,
    '',
    '/** The functions of wasi_snapshot_preview1 as a guest imports them: an i64 is a bigint. */',
    ...declaration('Imports', calls, (name) => `${name}: bigint`),
    '',
    '/** The functions behind the trampoline: an i64 is two numbers, its lower and its upper half. */',
    ...declaration('Calls', calls, (name) => `${name}_lo: number, ${name}_hi: number`),
    '',
  ].join('\n');
}

function letter(type: Types[number]): string {
  return type === 'i64' ? '\\x7e' : '\\x7f';
}

/** A type of all functions (an interface would have no index signature); `long` writes the parameters of an i64. */
function declaration(name: string, calls: readonly CallName[], long: (name: string) => string): string[] {
  // A parameter cannot be named `in`.
  const lines = calls.map((call) => {
    const parameters = declared(call, long).join(', ');
    const result = call === 'proc_exit' ? 'void' : 'number';
    // A parameter cannot be named `in`.
    return `  ${call}(${parameters.replace(/\bin:/, 'subscriptions:')}): ${result};`;
  });
  return [`export type ${name} = {`, ...lines, '};'];
}

function declared(call: CallName, long: (name: string) => string): string[] {
  return parametersOf(call).flatMap((parameter) => {
    const types = wasmTypesOf(parameter);
    if (types.length > 1) return [`${parameter.name}: number`, `${parameter.name}_len: number`];
    return [types[0] === 'i64' ? long(parameter.name) : `${parameter.name}: number`];
  });
}
