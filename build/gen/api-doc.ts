// Generates docs/api.md from build/gen/api.ts.
import { API, type Call, type Meaning } from './api.ts';

/** The text of docs/api.md, derived from the tables that the functions check. */
export function apiDoc(): string {
  return `${HEAD}\n${API.map(section).join('\n')}`;
}

function section(entry: Call): string {
  const from = entry.from.map((name) => `\`${name}\``).join(', ');
  const args = Object.entries(entry.args ?? {}).map(([name, meaning]) => row(name, meaning.type ?? '', meaning));
  return `## ${entry.call}\n\n${from}\n\n${entry.about}\n${table('argument', args)}${table('option', optionsOf(entry))}`;
}

/** @throws Error if a row has no meaning, or a meaning has no row. */
function optionsOf({ call, rows = {}, options = {} }: Call): string[] {
  const wrong = Object.keys({ ...rows, ...options }).filter((name) => !(name in rows && name in options));
  if (wrong.length > 0) throw new Error(`${call}: ${wrong.join(', ')} must be in its table and in build/gen/api.ts.`);
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

const HEAD = `# Functions and their options

Generated from the tables that the functions check: change a table, its words in \`build/gen/api.ts\`, and generate it anew.

An unknown option is refused, as is a value of another type: a TypeError with the \`code\` that node:wasi has,
ERR_INVALID_ARG_TYPE, or ERR_INVALID_ARG_VALUE for an unknown name and a number out of range. The message names the
option, what it takes and what it got. An option that is undefined counts as not given. Only an object's own keys count.

A *Source* is a memfs Volume, a path of the host, a Server or a backend.

Who opens something closes it: \`close()\` (of a FileSystem \`unmount()\`), or \`using\` (\`Symbol.dispose\`). That holds for
backends, Server, Attachment, Namespace, WASI, FileSystem and MountedDirectory. A directory given by its path is opened here, and closed
with its last user. A given backend or server stays open. After \`close()\` every call answers an errno; to close
again does nothing.
`;
