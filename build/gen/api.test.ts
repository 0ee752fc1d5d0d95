// Checks that each public function with arguments that users can get wrong has a row in build/gen/calls/.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { allMembers } from './api-doc.ts';
import { API } from './api.ts';
import type { Call } from './calls/call.ts';
import { Surface, type Declaration } from './declarations.ts';
import { MODULES, specifier, withDeclarations } from './emit.ts';
import { oneLine } from './members.ts';

const MADE = 'made by the calls of a FileSystem, and exported for instanceof';
const NODE = 'its options are those of node:fs, which ignores unknown ones';
const STORE = 'for authors of stores, in calls of each entry, which types check';

/** The functions without a row, by their module or by their name in it, each with the reason. */
const WITHOUT: Readonly<Record<string, string>> = {
  'wasi9p/client': 'requests as they are, in the path of each call: the server answers an errno for wrong numbers',
  'wasi9p/linux': 'takes any value',
  'wasi9p/transport': 'in the path of each message: types check the arguments',
  'wasi9p/testing': 'for tests, which fail: docs/testing.md has the options',
  'wasi9p/server Connection': 'takes a server that has been checked, and a function',
  'wasi9p/server fillSimpleAttr': STORE,
  'wasi9p/server EntryCursor': STORE,
  'wasi9p/server Inode': STORE,
  'wasi9p/namespace namespace': 'called by the WASI class of wasi9p/core, as its option',
  'wasi9p/server Changes': 'in the rows of overlay, which has them',
  'wasi9p/serve WebSocketLike': 'the sockets that users give, not ours',
  'wasi9p/fs WatchCalls': NODE,
  'wasi9p/fs ReadStream': NODE,
  'wasi9p/fs Promises': NODE,
  'wasi9p/fs FileHandle': NODE,
  'wasi9p/fs Dir': MADE,
  'wasi9p/fs Dirent': MADE,
  'wasi9p/fs Stats': MADE,
  'wasi9p/fs BigIntStats': MADE,
  'wasi9p/fs StatsFs': MADE,
  'wasi9p/fs BigIntStatsFs': MADE,
  'wasi9p/backends/overlay Settlement': 'in the row of settle',
  'wasi9p/backends/overlay OverlayBackend.committing': 'in the row of overlay.commit',
  'wasi9p/trace together': 'takes the tracers of the other functions',
  'wasi9p/test parseExpectations': 'its errors name the line of the text',
  'wasi9p/node-wasi WASI': 'its options and errors are those of node:wasi',
};

/** A call that needs a row. */
interface Wanted {
  /** `strace`, `WASI` or `Namespace.fork`. */
  readonly name: string;
  /** The beginning of its row, or for a method a part. */
  readonly row: string;
}

/** The names of the parameters in a list that begins at the start of a text, up to its closing bracket. */
function parametersOf(text: string): string[] {
  let depth = 0;
  let list = '';
  for (const char of text.replaceAll('=>', '')) {
    if (')]}>'.includes(char) && depth-- === 0) break;
    list += depth === 0 || char !== ',' ? char : ' ';
    if ('([{<'.includes(char)) depth++;
  }
  return list.split(',').flatMap((one) => /^\s*(?:\.\.\.)?(\w+)\??:/.exec(one)?.[1] ?? []);
}

/** The calls of an export: a function with parameters, a constructor with some, and each method with `options`. */
function wantedOf(as: string, declaration: Declaration, surface: Surface): Wanted[] {
  const { text } = declaration;
  const [, list] = /^function \w+(?:<[^(]*>)?\(([^]*)/.exec(text) ?? [];
  if (list !== undefined) return parametersOf(list).length > 0 ? [{ name: as, row: `${as}(` }] : [];
  if (!/^(?:abstract )?(?:class|interface) /.test(text)) return [];
  const wanted: Wanted[] = [];
  for (const { signature } of allMembers(declaration, surface)) {
    const [, method = '', rest = ''] = /^([\w$]+)(?:<[^(]*>)?\((.*)/.exec(oneLine(signature)) ?? [];
    const parameters = parametersOf(rest);
    if (method === 'constructor' && parameters.length > 0) wanted.push({ name: as, row: `new ${as}(` });
    else if (parameters.includes('options')) wanted.push({ name: `${as}.${method}`, row: `.${method}(` });
  }
  return wanted;
}

/** The calls without a row, as `MODULE NAME`. An export of several modules counts for the first one. */
function withoutRow(
  modules: ReadonlyMap<string, string>,
  read: (file: string) => string,
  calls: readonly Call[],
): string[] {
  const surface = new Surface(read);
  const exporters = new Map<Declaration, { as: string; from: string[] }>();
  for (const [name, entry] of modules) {
    for (const [as, declaration] of surface.exportsOf(entry)) {
      const known = exporters.get(declaration);
      if (known === undefined) exporters.set(declaration, { as, from: [specifier(name)] });
      else known.from.push(specifier(name));
    }
  }
  const missing = new Set<string>();
  for (const [declaration, { as, from }] of exporters) {
    const rows = calls.filter((call) => call.from.some((module) => from.includes(module)));
    for (const { name, row } of wantedOf(as, declaration, surface)) {
      const fits = ({ call }: Call): boolean => (row.startsWith('.') ? call.includes(row) : call.startsWith(row));
      if (!rows.some(fits)) missing.add(`${from[0]} ${name}`);
    }
  }
  return [...missing];
}

/** The keys of WITHOUT that a call may have: its module, its class, itself. */
function keysOf(missing: string): string[] {
  return [missing.split(' ')[0]!, missing.split('.')[0]!, missing];
}

test('functions, constructors and methods without a row are found', () => {
  const text = `export declare function take(a: string, b?: (x: number, y: number) => void): number;
export declare function none(): void;
export declare class Base {
    constructor(size: number);
    grow(options?: {
        by: number;
    }): void;
    shrink(by: number): void;
}
export declare class Sub extends Base {
    private constructor();
}
export interface Store {
    clone(options?: Options): Store;
}
export type Options = {};
`;
  const missing = (...calls: readonly string[]): string[] =>
    withoutRow(
      new Map([['m', 'm.ts']]),
      () => text,
      calls.map((call) => ({ call, from: ['wasi9p/m'], about: '' })),
    );
  const all = ['take', 'Base', 'Base.grow', 'Sub.grow', 'Store.clone'].map((name) => `wasi9p/m ${name}`);
  assert.equal(missing(), all);
  assert.equal(missing('take(a, b)', 'new Base(size)', 'base.grow(options)', 'store.clone(options)'), []);
  assert.equal(missing('taken(a)', 'Base(size)', 'x.grown(options)', 'clone(options)'), all);
  assert.equal(
    withoutRow(new Map([['m', 'm.ts']]), () => text, [{ call: 'take(a, b)', from: ['wasi9p/other'], about: '' }]),
    all,
  );
  assert.equal(parametersOf('a: Map<string, number>, b?: { c: number, d: 1 }, ...rest: [x: 1, y: 2]): void'), [
    'a',
    'b',
    'rest',
  ]);
});

test('each public function with arguments has a row, or a reason to have none', () => {
  const missing = withDeclarations((read) => withoutRow(MODULES, read, API));
  assert.ok(missing.length > 20, `${missing.length} without a row`);
  const unexplained = missing.filter((one) => !keysOf(one).some((key) => key in WITHOUT));
  assert.equal(unexplained, [], 'give each a row in build/gen/calls/, or a reason in WITHOUT');
  const used = new Set(missing.flatMap(keysOf));
  const unused = Object.keys(WITHOUT).filter((key) => !used.has(key));
  assert.equal(unused, [], 'WITHOUT has a row too many');
});

test.run();
