// Tries the reference on modules in miniature.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { reference } from './api-doc.ts';
import type { Call } from './calls/call.ts';
import { paragraphs, sentence } from './doc-text.ts';
import { membersOf, oneLine } from './members.ts';

const FILES: Readonly<Record<string, string>> = {
  'a.ts': `import { Base } from './base.ts';
export { LIMIT, X } from './b.ts';
/**
 * A server, which
 * serves.
 *
 * For ever.
 */
export declare class Server extends Base {
    /** The name. */
    readonly name: string;
    /** Hidden. */
    private hidden;
    /**
     * @param options What it
     *   needs.
     * @throws TypeError if not.
     */
    constructor(options?: {
        /** Bytes. */
        size?: number;
    });
    stop(): void;
}
`,
  'b.ts': `export declare const X = 1;
/** At most that. */
export declare const LIMIT = 3;
/** Picks one. @throws Error without any. */
export declare function pick(a: string): number;
`,
  'base.ts': `export declare class Base {
    /** Starts.
     * @returns The status. */
    start(): number;
    /** Not this one. */
    stop(): void;
    constructor();
}
`,
};

const CALLS: readonly Call[] = [
  {
    call: 'new Server(options)',
    from: ['wasi9p'],
    about: 'Serves.',
    rows: { size: 'number' },
    options: { size: { text: 'Bytes.', byDefault: '1' } },
  },
];

function referenceOf(entries: Record<string, string>, calls: readonly Call[] = []): string {
  return reference(new Map(Object.entries(entries)), (file) => FILES[file]!, calls);
}

test('an export has its comment, its members and those of its base, its options, and one home', () => {
  assert.is(
    referenceOf({ index: 'a.ts', b: 'b.ts' }, CALLS),
    `## wasi9p

### LIMIT

\`\`\`ts
const LIMIT = 3;
\`\`\`

At most that.

### Server

\`\`\`ts
class Server extends Base
\`\`\`

A server, which serves.

For ever.

- \`readonly name: string\`: The name.
- \`constructor(options?: { size?: number })\`: \`options\`: What it needs. Throws TypeError if not.
- \`stop(): void\`
- \`start(): number\`: Starts. Returns the status.

#### new Server(options)

Serves.

| option | type | default | meaning |
|---|---|---|---|
| \`size\` | number, 0 or more | 1 | Bytes. |

### Constants

\`\`\`ts
const X = 1;
\`\`\`

## wasi9p/b

### pick

\`\`\`ts
function pick(a: string): number;
\`\`\`

Picks one.

Throws Error without any.

Also from [wasi9p](#wasi9p): \`LIMIT\`, \`X\`.
`,
  );
});

test('a call that no module exports is an error', () => {
  assert.throws(() => referenceOf({ b: 'b.ts' }, CALLS), /new Server\(options\): no module that it names exports it/);
});

test('a comment in one line, and in paragraphs', () => {
  const doc = 'One\ntwo\n\nThree.\n@param a The a.\n@returns A b';
  assert.is(sentence(doc), 'One two. Three. `a`: The a. Returns a b.'.replace('two.', 'two'));
  assert.is(paragraphs(doc), 'One two\n\nThree.\n\n- `a`: The a.\n\nReturns a b.');
  assert.throws(() => sentence('@nosuch x'), /unknown tag @nosuch/);
});

test('a member of several lines is one member, and a signature one line', () => {
  const members = membersOf(
    'interface A {\n    a: {\n        b: 1;\n    };\n    c(d: string): {\n        e: 2;\n    };\n}',
  );
  assert.equal(
    members.map(({ signature }) => oneLine(signature)),
    ['a: { b: 1 }', 'c(d: string): { e: 2 }'],
  );
});

test.run();
