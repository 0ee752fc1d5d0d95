// The calls of node:fs that take a callback, made from the synchronous ones.
import { chanceToAbort } from '../values/abort.ts';
import { answerLater, callbackOf, settled, type Callback } from '../values/callback.ts';
import { badArgument } from '../values/errors.ts';
import type { Promises } from './promises.ts';
import type { TreeCalls } from '../calls/tree-calls.ts';

type Call = (...args: never[]) => unknown;

/** A call of node:fs with a callback last; optional arguments may be left out. */
interface WithCallback<C extends Call> {
  (...args: [...Parameters<C>, Callback<ReturnType<C>>]): void;
  (first: Parameters<C>[0], callback: Callback<ReturnType<C>>): void;
  (first: Parameters<C>[0], second: Parameters<C>[1], callback: Callback<ReturnType<C>>): void;
}

type Transfer = (fd: number, ...rest: unknown[]) => void;

/** The calls of node:fs that end in a callback: those of the same name with `Sync`. */
export type CallbackCalls = {
  readonly [
    Name in keyof TreeCalls as Name extends `${infer Short}Sync`
      ? Exclude<Short, 'exists' | 'close' | 'read' | 'write' | 'readv' | 'writev' | 'realpath'>
      : never
  ]: TreeCalls[Name] extends Call ? WithCallback<TreeCalls[Name]> : never;
} & {
  readonly exists: (path: unknown, callback: (isThere: boolean) => void) => void;
  /** close(2) of a descriptor. The file system itself ends by `unmount()`. */
  readonly close: (fd: number, callback?: Callback<undefined>) => void;
  readonly realpath: WithCallback<TreeCalls['realpathSync']> & { native: WithCallback<TreeCalls['realpathSync']> };
  /** The callback has the bytes read, and the buffer. */
  readonly read: Transfer;
  readonly write: Transfer;
  readonly readv: Transfer;
  readonly writev: Transfer;
};

/** Calls whose callback has the buffers as well. */
const TRANSFERS = new Set(['read', 'write', 'readv', 'writev']);
/** Calls that a signal can abort. */
const ABORTABLE = new Set(['readFile', 'writeFile', 'appendFile']);
/** Bytes of the buffer that `read` makes when it is given none. */
const READ_SIZE = 16_384;

/** Gives an object the calls that end in a callback. */
export function addCallbackCalls(fs: TreeCalls, promises: Promises): void {
  const calls = fs as unknown as Record<string, (...args: unknown[]) => unknown>;
  for (const long of Object.keys(calls)) {
    const name = /^(.+)Sync$/.exec(long)?.[1];
    if (name !== undefined) calls[name] = (...args) => withCallback(fs, name, args, calls[long]!, promises);
  }
  calls.exists = (path, callback) => {
    const tell = callbackOf(callback);
    const isThere = fs.existsSync(path as string);
    queueMicrotask(() => tell(isThere));
  };
  calls.close = (fd, callback) => {
    if (fd === undefined) throw badArgument('ERR_INVALID_ARG_TYPE', NO_FD);
    answerLater(callback === undefined ? throwing : callbackOf(callback), () => (fs.closeSync(fd as number), []));
  };
  Object.assign(calls.realpath!, { native: calls.realpath });
}

const NO_FD = 'The "fd" argument must be of type number. To end the file system itself, call unmount().';

function throwing(error: unknown): void {
  if (error !== null) throw error;
}

function withCallback(
  fs: TreeCalls,
  name: string,
  args: unknown[],
  call: (...args: unknown[]) => unknown,
  promises: Promises,
): void {
  const callback = callbackOf(args.pop());
  if (TRANSFERS.has(name)) {
    const given = name === 'read' ? readArguments(fs, args) : args;
    answerLater(callback, () => [call(...given), given[1]]);
    return;
  }
  // Its filter may promise.
  if (name === 'cp') {
    settled(callback, promises.cp(...(args as Parameters<Promises['cp']>)));
    return;
  }
  const { signal } = (args.at(-1) ?? {}) as { signal?: AbortSignal };
  if (ABORTABLE.has(name) && signal !== undefined)
    settled(
      callback,
      chanceToAbort(signal).then(() => call(...args)),
    );
  else answerLater(callback, () => resultsOf(call(...args)));
}

function resultsOf(result: unknown): unknown[] {
  return result === undefined ? [] : [result];
}

/** `read(fd)`, `read(fd, options)` and `read(fd, buffer, …)` as the last of them. */
function readArguments(fs: TreeCalls, [fd, buffer, ...rest]: unknown[]): unknown[] {
  if (ArrayBuffer.isView(buffer)) return [fd, buffer, ...rest];
  const { buffer: own, ...range } = (buffer ?? {}) as { buffer?: ArrayBufferView };
  return [fd, own ?? fs.given(new Uint8Array(READ_SIZE)), range];
}
