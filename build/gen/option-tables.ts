// The tables of arguments and options of a function in docs/api.md, from build/gen/calls/.
import type { Call, Meaning } from './calls/call.ts';

/** The export that a call belongs to, in small letters: `wasi` for `wasi.finalizeBindings(…)` and `new WASI(…)`. */
export function subjectOf({ call }: Call): string {
  const [, name = ''] = /^(?:new )?(\w+)/.exec(call) ?? [];
  return name.toLowerCase();
}

/** A call, what it does, its arguments and options. */
export function callTables(entry: Call): string {
  const args = Object.entries(entry.args ?? {}).map(([name, meaning]) => row(name, meaning.type ?? '', meaning));
  return `#### ${entry.call}\n\n${entry.about}\n${table('argument', args)}${table('option', optionsOf(entry))}`;
}

/** @throws Error if a row has no meaning, or a meaning has no row. */
function optionsOf({ call, rows = {}, options = {} }: Call): string[] {
  const wrong = Object.keys({ ...rows, ...options }).filter((name) => !(name in rows && name in options));
  if (wrong.length > 0) throw new Error(`${call}: ${wrong.join(', ')} must be in its table and in build/gen/calls/.`);
  return Object.entries(options).map(([name, meaning]) => row(name, meaning.type ?? typeOf(rows[name]!), meaning));
}

/** Describes a type of vfs/lib/options.ts. */
function typeOf(kind: string): string {
  return kind.replace(/\.\w+/g, '').replace('Object', 'object').replace('number', 'number, 0 or more');
}

function row(name: string, type: string, { text, byDefault = 'must be given' }: Meaning): string {
  return `| \`${name}\` | ${type.replaceAll('|', ' or ')} | ${byDefault} | ${text} |`;
}

function table(what: string, rows: string[]): string {
  if (rows.length === 0) return '';
  return `\n| ${what} | type | default | meaning |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}
