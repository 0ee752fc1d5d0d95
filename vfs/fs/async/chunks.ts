// writeFile of node:fs/promises, of strings, bytes and iterables.
import { throwIfAborted, chanceToAbort, type Abortable } from '../values/abort.ts';
import { optionsOf, type Data, type PathLike } from '../values/arguments.ts';
import type { ContentCalls, WriteOptions } from '../calls/content-calls.ts';
import { codecOf, type Encoding } from '../values/encodings.ts';

/** Data to write: at once, or in pieces. */
export type Chunks = Data | Iterable<Data> | AsyncIterable<Data>;

/** Options of writeFile that promises. */
export type PromisedWriteOptions = WriteOptions & Abortable;

/**
 * writeFile of node:fs/promises, and with the flag `a` appendFile.
 * @param target Gives the path or the descriptor, or throws once that is closed.
 */
export async function writeChunks(
  fs: ContentCalls,
  target: () => PathLike | number,
  data: Chunks,
  options: Encoding | PromisedWriteOptions | null | undefined,
  usual: 'w' | 'a',
): Promise<void> {
  const { signal, ...rest } = optionsOf<PromisedWriteOptions>(options);
  if (signal !== undefined) await chanceToAbort(signal);
  const flag = rest.flag ?? usual;
  if (!isIterable(data)) return fs.writeFileSync(target(), data, { ...rest, flag } as WriteOptions);
  // Invalid arguments are refused before a file is made.
  codecOf(rest.encoding);
  const to = target();
  const fd = typeof to === 'number' ? null : fs.openSync(to, flag, rest.mode);
  try {
    for await (const chunk of data) {
      throwIfAborted(signal);
      // A descriptor's offset moves on with each.
      fs.writeFileSync(fd ?? target(), chunk, { encoding: rest.encoding } as WriteOptions);
    }
    throwIfAborted(signal);
    if (rest.flush === true) fs.fsyncSync(fd ?? (target() as number));
  } finally {
    if (fd !== null) fs.closeSync(fd);
  }
}

/** Bytes are one chunk, though they can be gone through, too. */
function isIterable(data: Chunks): data is Iterable<Data> | AsyncIterable<Data> {
  if (typeof data !== 'object' || data === null || ArrayBuffer.isView(data)) return false;
  return Symbol.iterator in data || Symbol.asyncIterator in data;
}
