// Reads --config FILE of wasmtime: TOML tables with a scalar value, or a list of them, per line.
import { readFileSync } from 'node:fs';
import { UsageError } from '../lib/options.ts';
import { reasonOf } from '../lib/reason.ts';
import { GROUPS, applyGroup } from './groups.ts';
import type { RunPlan } from './run-plan.ts';

const TABLE = /^\[\s*([\w-]+)\s*\]\s*(?:#.*)?$/;
const PAIR = /^([\w-]+|"[\w-]+")\s*=\s*(\S.*)$/;
const SCALAR = /^(?:"([^"\\]*)"|'([^']*)'|(true|false|[\d_]+|0x[\da-fA-F_]+))\s*/;

/** Applies the tables of a file. @throws UsageError with the line that cannot be read; Error if there is no file. */
export function applyConfig(plan: RunPlan, file: string): void {
  let text;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`--config ${file} cannot be read: ${reasonOf(error)}.`, { cause: error });
  }
  let table: string | undefined;
  for (const [i, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const where = `--config ${file}: line ${i + 1}`;
    const [, name] = TABLE.exec(line) ?? [];
    if (name !== undefined) {
      if (!GROUPS.some((group) => group.name === name)) throw new UsageError(`${where}: the table ${name} is unknown.`);
      table = name;
      continue;
    }
    const [, key, rest = ''] = PAIR.exec(line) ?? [];
    const values = valuesOf(rest);
    if (key === undefined || values === undefined) {
      throw new UsageError(`${where} cannot be read: write KEY = VALUE, with a string, a number, true or false.`);
    }
    if (table === undefined) throw new UsageError(`${where}: the key is before the first table, such as [wasm].`);
    for (const value of values) applyGroup(plan, table, `${key.replaceAll('"', '')}=${value}`);
  }
}

/** Returns the values at the end of a line; undefined if they cannot be read. */
function valuesOf(text: string): string[] | undefined {
  const list = /^\[\s*(.*?)\s*,?\s*\]\s*(?:#.*)?$/.exec(text);
  const values: string[] = [];
  for (let rest = list === null ? text : list[1]!; rest !== '';) {
    const found = SCALAR.exec(rest);
    // A comma would divide a value of a group.
    const value = found?.slice(1).find((part) => part !== undefined);
    if (found === null || value === undefined || value.includes(',')) return undefined;
    values.push(value);
    rest = rest.slice(found[0].length);
    if (list === null) return rest === '' || rest.startsWith('#') ? values : undefined;
    if (rest.startsWith(',')) rest = rest.slice(1).trimStart();
    else if (rest !== '') return undefined;
  }
  return values;
}
