// Ways into a program besides `_start`: --invoke, a reactor, and functions that no one provides.
import type { WASIBase } from '../../../shim/wasi-base.ts';
import type { RunPlan } from '../../runners/run-plan.ts';
import { UsageError } from '../../lib/options.ts';
import { print } from '../../lib/output.ts';
import { text } from '../../lib/text.ts';
import { VALUE, typeOfExport, type FunctionType } from './sections.ts';
import type { EntryPoint } from './start.ts';

/** A program that is to be entered. */
export interface Program {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly module: WebAssembly.Module;
  readonly args: readonly string[];
}

/**
 * Returns the way into the program; undefined for `_start`.
 * @param lenient True if a program without `_start` is only instantiated, and initialized, as by wasmtime.
 * @throws UsageError if the function to call does not exist, or if its arguments do not fit.
 */
export function entryOf(wasi: WASIBase, program: Program, plan: RunPlan, lenient: boolean): EntryPoint | undefined {
  const { module, bytes, args, name } = program;
  const names = new Set(WebAssembly.Module.exports(module).map((row) => row.name));
  const hasStart = names.has('_start');
  const imports = plan.unknownImports === null ? {} : standIns(wasi, program, plan.unknownImports);
  const { invoke } = plan;
  if (invoke === null) {
    if (hasStart && plan.unknownImports === null) return undefined;
    if (hasStart) return { imports, call: (instance) => wasi.start(instance) };
    if (!lenient) return undefined;
    return { imports, call: (instance) => calling(wasi, instance, () => initialize(instance)) };
  }
  const type = typeOfExport(bytes, invoke);
  if (type === undefined) throw new Error(`${name} exports no function ${invoke}.`);
  const values = valuesOf(invoke, type, args);
  return {
    imports,
    call: (instance) =>
      calling(wasi, instance, () => {
        initialize(instance);
        printResults(type, (instance.exports[invoke] as (...all: unknown[]) => unknown)(...values));
      }),
  };
}

/** Calls functions of an instance; returns the exit status. */
function calling(wasi: WASIBase, instance: WebAssembly.Instance, act: () => void): number {
  if (instance.exports['memory'] instanceof WebAssembly.Memory) wasi.finalizeBindings(instance);
  try {
    act();
  } catch (error) {
    if (wasi.exitCode === null) throw error;
  }
  wasi.close();
  return wasi.exitCode ?? 0;
}

function initialize({ exports }: WebAssembly.Instance): void {
  const { _initialize: act } = exports;
  if (typeof act === 'function') (act as () => void)();
}

/** Functions in place of those that the module imports and that are not of WASI. */
function standIns(wasi: WASIBase, { module, name: program }: Program, kind: 'trap' | 'default'): WebAssembly.Imports {
  const all: Record<string, Record<string, WebAssembly.ImportValue>> = {};
  const known = wasi.getImportObject() as unknown as Record<string, Record<string, WebAssembly.ImportValue>>;
  for (const { module: from, name, kind: what } of WebAssembly.Module.imports(module)) {
    if (what !== 'function' || known[from]?.[name] !== undefined) continue;
    (all[from] ??= { ...known[from] })[name] =
      kind === 'default'
        ? // It is converted to 0, or to 0n.
          () => false
        : () => {
            throw new WebAssembly.RuntimeError(`unknown import ${from}.${name} has been called by ${program}`);
          };
  }
  return all;
}

/** Parses the arguments of a function. @throws UsageError */
function valuesOf(invoke: string, { params }: FunctionType, args: readonly string[]): (number | bigint)[] {
  return params.map((type, i) => {
    const word = args[i];
    if (word === undefined) {
      throw new UsageError(`--invoke ${invoke}: it takes ${params.length} arguments, not ${args.length}.`);
    }
    const value = valueOf(type, word);
    if (value === undefined)
      throw new UsageError(`--invoke ${invoke}: ${word} is not a valid value for argument ${i + 1}.`);
    return value;
  });
}

function valueOf(type: number, word: string): number | bigint | undefined {
  const isInteger = /^[+-]?\d+$|^0x[\da-f]+$/i.test(word);
  if (type === VALUE.I32 || type === VALUE.I64) {
    if (!isInteger) return undefined;
    const value = word.startsWith('-') ? -BigInt(word.slice(1)) : BigInt(word.replace('+', ''));
    const bits = type === VALUE.I32 ? 32 : 64;
    if (BigInt.asIntN(bits, value) !== value && BigInt.asUintN(bits, value) !== value) return undefined;
    return type === VALUE.I32 ? Number(BigInt.asIntN(32, value)) : BigInt.asIntN(64, value);
  }
  if (type !== VALUE.F32 && type !== VALUE.F64) return undefined;
  const number = /^[+-]?inf(?:inity)?$/i.test(word) ? (word.startsWith('-') ? -Infinity : Infinity) : Number(word);
  return word.trim() === '' || (Number.isNaN(number) && !/^nan$/i.test(word)) ? undefined : number;
}

function printResults({ results }: FunctionType, value: unknown): void {
  const values = results.length > 1 ? [...(value as Iterable<unknown>)] : results.length === 1 ? [value] : [];
  for (const [i, result] of values.entries()) print(text`${shown(results[i]!, result)}\n`);
}

/** A value as wasmtime prints it. */
function shown(type: number, value: unknown): string {
  if (typeof value !== 'number') return typeof value === 'bigint' ? String(value) : '<reference>';
  if (!Number.isFinite(value)) return String(value).replace('Infinity', 'inf');
  if (type !== VALUE.F32) return String(value);
  // The shortest digits that are this f32.
  for (let digits = 1; ; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
}
