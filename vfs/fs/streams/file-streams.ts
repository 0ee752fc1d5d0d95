// createReadStream and createWriteStream: the streams of node:fs on the calls of a FileSystem, which node:fs takes as
// its option `fs`.
import { FileHandle, openFd } from '../async/file-handle.ts';
import type { Signal } from '../../lib/platform.ts';
import { nodeModule } from './node.ts';
import { callbackOf, settled } from '../values/callback.ts';
import { optionsOf, type PathLike } from '../values/arguments.ts';
import type { FileStreams, ReadStream, StreamOptions, WriteStream } from './types.ts';
import type { DescriptorCalls, Position } from '../calls/descriptor-calls.ts';

/** The classes of node:fs that make streams. */
interface NodeFs {
  createReadStream(path: PathLike | undefined, options: object): ReadStream;
  createWriteStream(path: PathLike | undefined, options: object): WriteStream;
  ReadStream: { prototype: object };
  WriteStream: { prototype: object };
}

interface NodeStream {
  addAbortSignal(signal: Signal, stream: object): void;
}

interface NodeTimers {
  setImmediate(act: () => void): unknown;
}

/** The calls that a stream of node:fs makes. */
interface StreamCalls {
  open(path: PathLike, flags: string | number, mode: number, callback: unknown): void;
  read(fd: number, into: Uint8Array, offset: number, length: number, position: Position, callback: unknown): void;
  write(fd: number, from: Uint8Array, offset: number, length: number, position: Position, callback: unknown): void;
  writev(fd: number, from: Uint8Array[], position: number | null, callback: unknown): void;
  fsync(fd: number, callback: unknown): void;
  close(fd: number, callback: unknown): void;
}

/**
 * @param numberOf The descriptor behind the number that the stream has, or throws.
 * @param close Closes it.
 */
function streamCalls(
  fs: DescriptorCalls,
  wanted: string,
  numberOf: (fd: number) => number = (fd) => fd,
  close: (fd: number) => unknown = (fd) => fs.closeSync(fd),
): StreamCalls {
  const { setImmediate } = nodeModule<NodeTimers>('node:timers', wanted);
  // In a turn of its own each, so that a long stream leaves time for others.
  const soon = (callback: unknown, act: () => unknown, buffers?: unknown): void => {
    const tell = callbackOf(callback);
    setImmediate(() => {
      let result: unknown;
      try {
        result = act();
      } catch (error) {
        tell(error);
        return;
      }
      tell(null, result, buffers);
    });
  };
  return {
    open: (path, flags, mode, callback) => soon(callback, () => fs.openSync(path, flags, mode)),
    read: (fd, into, offset, length, position, callback) =>
      soon(callback, () => fs.readSync(numberOf(fd), into, offset, length, position), into),
    write: (fd, from, offset, length, position, callback) =>
      soon(callback, () => fs.writeSync(numberOf(fd), from, offset, length, position), from),
    writev: (fd, from, position, callback) => soon(callback, () => fs.writevSync(numberOf(fd), from, position), from),
    fsync: (fd, callback) => soon(callback, () => fs.fsyncSync(numberOf(fd))),
    // At once: a handle that is being closed has no number any more.
    close: (fd, callback) => settled(callbackOf(callback), (async () => close(fd))()),
  };
}

/** The options for node:fs: with our calls, unless the caller has its own. */
function withCalls(fs: DescriptorCalls, wanted: string, options: string | StreamOptions | null | undefined): object {
  const { signal: _, ...given } = optionsOf<StreamOptions>(options) as StreamOptions;
  if (given.fs !== undefined) return given;
  const { fd } = given;
  if (!(fd instanceof FileHandle)) return { ...given, fs: streamCalls(fs, wanted) };
  const calls = streamCalls(
    fs,
    wanted,
    () => openFd(fd, wanted),
    () => fd.close(),
  );
  return { ...given, fd: fd.fd, fs: calls };
}

/** Ends a stream with its signal, and with its handle if that is closed elsewhere. */
function tied<S extends ReadStream | WriteStream>(stream: S, options: string | StreamOptions | null | undefined): S {
  const { signal, fd: handle } = optionsOf<StreamOptions>(options) as StreamOptions;
  // Node 20 leaves the file open if its option `signal` has been aborted before.
  if (signal !== undefined && signal !== null)
    nodeModule<NodeStream>('node:stream', 'signal').addAbortSignal(signal, stream);
  if (handle instanceof FileHandle) {
    const close = (): void => void stream.destroy();
    handle.on('close', close);
    stream.once('close', () => handle.off('close', close));
  }
  return stream;
}

/** Gives an object the calls that make streams. */
export function addFileStreams(fs: DescriptorCalls): void {
  const node = (wanted: string): NodeFs => nodeModule<NodeFs>('node:fs', wanted);
  const createReadStream: FileStreams['createReadStream'] = (path, options) =>
    tied(node('createReadStream').createReadStream(path, withCalls(fs, 'createReadStream', options)), options);
  const createWriteStream: FileStreams['createWriteStream'] = (path, options) =>
    tied(node('createWriteStream').createWriteStream(path, withCalls(fs, 'createWriteStream', options)), options);
  Object.assign(fs, { createReadStream, createWriteStream });
  for (const [name, make] of [
    ['ReadStream', createReadStream],
    ['WriteStream', createWriteStream],
  ] as const) {
    let made: object | undefined;
    Object.defineProperty(fs, name, {
      configurable: true,
      // Not before it is asked for: node:fs then loads its streams.
      get: () => (made ??= classOf(node(name)[name], make)),
    });
  }
}

/** A function that can be called with `new`, whose prototype is that of Node's class. */
function classOf(theirs: { prototype: object }, make: (...args: never[]) => object): object {
  return Object.defineProperty(
    function stream(...args: never[]) {
      return make(...args);
    },
    'prototype',
    { value: theirs.prototype },
  );
}
