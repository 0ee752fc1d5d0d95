// stdin, stdout and stderr as JavaScript functions, text or console lines. Runs in a browser.
import type { FileStatus } from '../../../vfs/client/attributes.ts';
import { E } from '../../../vfs/linux/errno.ts';
import { Iov, Views } from '../../../vfs/lib/iov.ts';
import { checkKind } from '../../../vfs/lib/options.ts';
import { FILETYPE } from '../abi/structs.ts';
import { Descriptor, type Caller } from './descriptor.ts';
import { RIGHTS_STREAM_IN, RIGHTS_STREAM_OUT } from '../abi/rights.ts';
import { streamStatus } from './status.ts';

/** The maximum size of a chunk for a stdout function: overlapping ranges can total more than the memory. */
const OUTPUT_MAX = 1 << 20;

/** The maximum length of a line on the console, in characters: a longer line is split. */
export const LINE_MAX = 1 << 16;

const part = new Iov();

/** A standard stream, which is not a file of a 9P server. */
export abstract class StreamDescriptor extends Descriptor {
  filetype: number;
  private readonly ino: number;

  constructor(filetype: number, rights: number, ino: number) {
    super(rights, rights);
    this.filetype = filetype;
    this.ino = ino;
  }

  override close(): number {
    // The host owns the stream and keeps it open.
    return 0;
  }

  override stat(into: FileStatus): number {
    streamStatus(into, this.filetype, this.ino);
    return 0;
  }
}

/** stdout or stderr in JavaScript: `put` gets the bytes of each write, in chunks of at most OUTPUT_MAX. */
abstract class OutputDescriptor extends StreamDescriptor {
  constructor() {
    super(FILETYPE.UNKNOWN, RIGHTS_STREAM_OUT, 0);
  }

  protected abstract put(bytes: Uint8Array): void;

  override write(iov: Iov, caller: Caller): number {
    const { total } = iov;
    for (let at = 0; at < total; at += OUTPUT_MAX) {
      iov.u8 = caller.fresh();
      part.slice(iov, at, Math.min(OUTPUT_MAX, total - at));
      const bytes = new Uint8Array(part.total);
      part.gather(bytes);
      caller.leave(() => this.put(bytes));
    }
    return total;
  }
}

/** stdout or stderr as a function. */
export class FunctionOutput extends OutputDescriptor {
  private readonly output: (bytes: Uint8Array) => void;

  constructor(output: (bytes: Uint8Array) => void) {
    super();
    this.output = output;
  }

  protected override put(bytes: Uint8Array): void {
    this.output(bytes);
  }
}

/** stdout or stderr as lines on the console. A line longer than LINE_MAX is split. */
export class LineOutput extends OutputDescriptor {
  private readonly print: (line: string) => void;
  private readonly decoder = new TextDecoder();
  private rest = '';

  constructor(fd: 1 | 2) {
    super();
    // eslint-disable-next-line no-console -- the output of a program in a browser
    this.print = (line) => (fd === 1 ? console.log : console.error)(line);
    // libc line-buffers output to a terminal.
    this.setTerminal(true);
  }

  protected override put(bytes: Uint8Array): void {
    const lines = this.decoder.decode(bytes, { stream: true }).split('\n');
    // Only the new bytes are searched, so that a long line does not cost quadratic time.
    lines[0] = this.rest + lines[0]!;
    this.rest = lines.at(-1)!.length < LINE_MAX ? lines.pop()! : '';
    for (const line of lines) this.print(line);
  }

  /** Prints a last line without a line end. */
  override close(): number {
    if (this.rest !== '') this.print(this.rest);
    this.rest = '';
    return 0;
  }
}

/** The result of a stdin function: the next bytes; null, undefined or an empty chunk at the end of file. */
export type InputChunk = Uint8Array | string | null | undefined;

const encoder = new TextEncoder();

/**
 * stdin as a function that returns the next bytes. It is called when no bytes are left, with the length of the read,
 * and not again after the end of file. A read from within the function is EDEADLK.
 */
export class FunctionInput extends StreamDescriptor {
  private readonly input: (max: number) => InputChunk;
  private rest: Uint8Array = new Uint8Array(0);
  private ended = false;
  private asking = false;

  constructor(input: (max: number) => InputChunk) {
    super(FILETYPE.UNKNOWN, RIGHTS_STREAM_IN, 0);
    this.input = input;
  }

  override read(iov: Iov, caller: Caller): number {
    if (iov.total === 0) return 0;
    // The function has called the guest: it would wait for itself.
    if (this.asking) return -E.EDEADLK;
    if (this.rest.length === 0 && !this.ended) this.pull(iov.total, caller);
    iov.u8 = caller.fresh();
    const count = Math.min(iov.total, this.rest.length);
    iov.scatter(this.rest, count, new Views());
    this.rest = this.rest.subarray(count);
    return count;
  }

  private pull(max: number, caller: Caller): void {
    this.asking = true;
    const chunk = caller.leave(() => this.input(max)) ?? this.rest;
    this.asking = false;
    checkKind(chunk, 'string|Uint8Array', 'stdin()');
    this.rest = typeof chunk === 'string' ? encoder.encode(chunk) : chunk;
    this.ended = this.rest.length === 0;
  }

  override readable(): number {
    return this.rest.length;
  }
}

/** stdin with the contents of a text or of bytes. */
export function textInput(text: string | Uint8Array): FunctionInput {
  let rest: InputChunk = text;
  return new FunctionInput(() => {
    const chunk = rest;
    rest = null;
    return chunk;
  });
}
