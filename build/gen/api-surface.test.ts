// Tries the report of the public types on modules in miniature.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { report } from './api-surface.ts';

/** The report of modules whose declarations are given, without its headings. */
function reportOf(entries: Record<string, string>, files: Record<string, string>): string {
  const text = report(new Map(Object.entries(entries)), (file) => {
    const found = files[file];
    if (found === undefined) throw new Error(`no such file: ${file}`);
    return found;
  });
  return text.slice(text.indexOf('## Modules'));
}

const FILES = {
  'a/index.ts': `export { Server as Daemon } from './server.ts';
export * from '../b/values.ts';
`,
  'a/server.ts': `import type { Volume } from 'memfs';
import { Queue } from './queue.ts';
export declare class Server {
    private hidden;
    readonly queue: Queue;
    constructor(volume: Volume);
}
export declare function unexported(): void;
`,
  'a/queue.ts': `export declare class Queue {
    add(item: Item): import("../b/deep.ts").Deep;
}
interface Item {
    Limit: number;
}
export {};
`,
  'b/values.ts': `export declare const LIMIT = 3;
export declare function pick(a: string): number;
export declare function pick(a: number): string;
`,
  'b/deep.ts': `export type Deep = {
    x: 1;
};
interface Limit {
}
`,
};

test('modules list their exports; then come the declarations, and those they name', () => {
  assert.is(
    reportOf({ index: 'a/index.ts', values: 'b/values.ts' }, FILES),
    `## Modules

### wasi9p

- Daemon (Server): a/server.ts
- LIMIT: b/values.ts
- pick: b/values.ts

### wasi9p/values

- LIMIT: b/values.ts
- pick: b/values.ts

## Exported

### a/server.ts

\`\`\`ts
class Server {
  readonly queue: Queue;
  constructor(volume: Volume);
}
\`\`\`

### b/values.ts

\`\`\`ts
const LIMIT = 3;
function pick(a: string): number;
function pick(a: number): string;
\`\`\`

## Reached

These are exported by no module, but the declarations above name them.

### a/queue.ts

\`\`\`ts
class Queue {
  add(item: Item): import("../b/deep.ts").Deep;
}
interface Item {
  Limit: number;
}
\`\`\`

### b/deep.ts

\`\`\`ts
type Deep = {
  x: 1;
};
\`\`\`

### package memfs

Volume
`,
  );
});

test('a package can be exported from', () => {
  const text = reportOf({ index: 'x.ts' }, { 'x.ts': "export { Volume, type Stats as S } from 'memfs';\n" });
  assert.ok(text.includes('- S (Stats): package memfs\n- Volume: package memfs\n'), text);
  assert.ok(text.includes('### package memfs\n\nStats, Volume\n'), text);
});

test('a statement of an unknown form, or leads nowhere, is an error', () => {
  assert.throws(() => reportOf({ index: 'x.ts' }, { 'x.ts': 'export = y;\n' }), 'unknown form: export = y;');
  assert.throws(
    () => reportOf({ index: 'x.ts' }, { 'x.ts': 'export { y };\n' }),
    'x.ts: the declaration of y is not found',
  );
});

test.run();
