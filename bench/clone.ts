// `npm run bench -- clone`: the time of a clone of ram with 100,000 files and 1 GiB, and the memory that it and each
// change after it take.
import { S_IFDIR, S_IFREG } from '../vfs/linux/constants.ts';
import { RamBackend } from '../vfs/backends/ram/backend.ts';
import type { RamInode } from '../vfs/backends/ram/inode.ts';
import { grid, writePart } from './part.ts';
import { align, digits, machine } from './text.ts';

const collect = (globalThis as { gc?: () => void }).gc;
if (collect === undefined)
  throw new Error('Memory is looked at with `node --expose-gc`: run `npm run bench -- clone`.');

const MIB = 2 ** 20;
const DIRECTORIES = 100;
const FILES = 1000;
const LARGE = 1024 * MIB;
const ONE = Uint8Array.of(1);
/** The goal for a clone, milliseconds. */
const GOAL = 5;
const CLONES = 1000;

/** Bytes of memory in use: JavaScript's objects and the bytes of its buffers. */
function inUse(): number {
  collect!();
  collect!();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const find = (store: RamBackend, path: string): RamInode =>
  path.split('/').reduce((dir, name) => store.lookup(dir, name) as RamInode, store.root());

/** 100 directories of 1,000 files with 100 bytes each, and a file of 1 GiB. */
function fill(): RamBackend {
  const store = new RamBackend({ capacity: 4 * LARGE });
  const text = new Uint8Array(100).fill(7);
  for (let d = 0; d < DIRECTORIES; d++) {
    const dir = store.create(store.root(), `dir${d}`, S_IFDIR | 0o755, 0, 0, 0) as RamInode;
    for (let f = 0; f < FILES; f++) {
      const file = store.create(dir, `file${f}`, S_IFREG | 0o644, 0, 0, 0) as RamInode;
      store.write(file, 0, 0, text, 0, text.length);
    }
  }
  const large = store.create(store.root(), 'large', S_IFREG | 0o644, 0, 0, 0) as RamInode;
  const piece = new Uint8Array(MIB).fill(7);
  for (let at = 0; at < LARGE; at += MIB) store.write(large, 0, at, piece, 0, MIB);
  return store;
}

/** Writes a byte. */
function touch(store: RamBackend, path: string, offset = 0): void {
  if (store.write(find(store, path), 0, offset, ONE, 0, 1) !== 1) throw new Error(`${path} was not written.`);
  store.modified(find(store, path));
}

const lines: string[][] = [];
const line = (label: string, figure: string): number => lines.push([label, figure]);
const bytes = (count: number): string =>
  count < MIB ? `${digits(Math.max(0, count))} B` : `${(count / MIB).toFixed(2)} MiB`;

/** Adds a line with the growth of memory by one of several steps, whose results are kept until the end of all. */
function growth(label: string, steps: number, step: (i: number) => unknown): void {
  const results: unknown[] = [step(0)];
  const before = inUse();
  for (let i = 1; i <= steps; i++) results.push(step(i));
  line(label, bytes((inUse() - before) / steps));
  for (const result of results) if (result instanceof RamBackend) result.close();
}

const store = fill();
const times: number[] = [];
for (let i = 0; i < CLONES; i++) {
  const start = performance.now();
  const clone = store.clone();
  times.push(performance.now() - start);
  clone.close();
}
const first = times[0]!;
const median = times.toSorted((a, b) => a - b)[CLONES >> 1]!;
line('a clone: the first one', `${digits(first * 1000)} µs`);
line(`a clone: median of ${CLONES}`, `${digits(median * 1000)} µs`);

growth('memory of a clone', 100, () => store.clone());
const clone = store.clone();
growth('of a small file changed in the clone, with its directory', 9, (i) => touch(clone, `dir1${i}/file1`));
growth('of a small file changed in the original, with its directory', 9, (i) => touch(store, `dir2${i}/file1`));
growth('of another file of the same directory', 100, (i) => touch(store, `dir20/file${2 + i}`));
growth('of a byte changed in the file of 1 GiB', 9, (i) => touch(clone, 'large', i * 100 * MIB));
growth('of a file looked up in the clone', 900, (i) => find(clone, `dir3/file${i}`));
clone.close();

for (const isClosed of [true, false]) {
  // A round first, since compiled code takes memory, too.
  const round = async (): Promise<void> => {
    for (let i = 0; i < CLONES; i++) {
      const each = store.clone();
      touch(each, 'dir1/file1');
      touch(each, 'large', (i % 1024) * MIB);
      touch(store, `dir2/file${i % 10}`);
      if (isClosed) each.close();
      // The collector tells of dropped stores between two tasks.
      else if (i % 100 === 99) await new Promise((resolve) => setTimeout(resolve, 0));
    }
  };
  await round();
  const before = inUse();
  await round();
  line(`kept of ${CLONES} more clones, changed and ${isClosed ? 'closed' : 'dropped'}`, bytes(inUse() - before));
}

const table = [['100,000 files and 1 GiB', 'figure'], ...lines];
console.log(align(table));
const goal = `${first < GOAL ? 'met' : 'NOT met'} (${digits(first)} ms)`;
console.log(`\nA clone in less than ${GOAL} ms: ${goal}`);
if (process.argv.includes('--write')) {
  const [head, ...rows] = table;
  writePart(
    'clone',
    `# Clones of a store in memory

\`ram().clone()\` of 100 directories with 1,000 files of 100 bytes each, and a file of 1 GiB, by calls of the store itself.
Memory is JavaScript's objects and the bytes of its buffers, after collections. ${machine()}

- a clone in less than ${GOAL} ms: ${goal}

${grid(head!, rows)}`,
  );
}
