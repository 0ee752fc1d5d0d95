import { Iov } from '../vfs/iov.ts';
import { FILETYPE } from './abi.ts';
import { Descriptor } from './descriptor.ts';
import type { GuestMemory } from './memory.ts';
import { RIGHTS_STREAM_IN, RIGHTS_STREAM_OUT } from './rights.ts';
import { putPlainStat } from './stat.ts';

/** Most bytes that a function for stdout is given at once: overlapping ranges can be far longer than the memory. */
const OUTPUT_MAX = 1 << 20;

const part = new Iov();

/** Copies `length` bytes of the ranges, from byte `from` of them on, into one array of its own. */
function gather(iov: Iov, from: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  part.slice(iov, from, length);
  let at = 0;
  for (let i = 0; i < part.count; i++) {
    bytes.set(iov.u8.subarray(part.start[i]!, part.end[i]!), at);
    at += part.end[i]! - part.start[i]!;
  }
  return bytes;
}

/** Copies bytes into the ranges: how many. */
function scatter(bytes: Uint8Array, iov: Iov): number {
  let at = 0;
  for (let i = 0; i < iov.count && at < bytes.length; i++) {
    const size = Math.min(iov.end[i]! - iov.start[i]!, bytes.length - at);
    iov.u8.set(bytes.subarray(at, at + size), iov.start[i]!);
    at += size;
  }
  return at;
}

/** A stream of the host that is no file of ours. */
export abstract class StreamDescriptor extends Descriptor {
  readonly filetype: number;
  private readonly ino: number;

  constructor(filetype: number, rights: number, ino: number) {
    super(rights, rights);
    this.filetype = filetype;
    this.ino = ino;
  }

  override close(): number {
    // stdin, stdout and stderr are the host's, and it goes on using them.
    return 0;
  }

  override stat(m: GuestMemory, ptr: number): number {
    putPlainStat(m, ptr, this.filetype, 0, this.ino);
    return 0;
  }
}

/** stdout or stderr as a function that is given the bytes of each write, of long ones 1 MiB at a time. */
export class FunctionOutput extends StreamDescriptor {
  private readonly output: (bytes: Uint8Array) => void;

  constructor(output: (bytes: Uint8Array) => void) {
    // A terminal to the guest's libc: it hands out lines as they are complete.
    super(FILETYPE.CHARACTER_DEVICE, RIGHTS_STREAM_OUT, 0);
    this.output = output;
  }

  override write(iov: Iov, m: GuestMemory): number {
    const { total } = iov;
    for (let at = 0; at < total; at += OUTPUT_MAX) {
      iov.u8 = m.fresh();
      this.output(gather(iov, at, Math.min(OUTPUT_MAX, total - at)));
    }
    return total;
  }
}

/** What a function for stdin may return: the next bytes, or nothing at the end. */
export type InputChunk = Uint8Array | string | null | undefined;

const encoder = new TextEncoder();

/** stdin as a function that gives the next bytes, or null at the end. */
export class FunctionInput extends StreamDescriptor {
  private readonly input: (max: number) => InputChunk;
  private rest: Uint8Array = new Uint8Array(0);
  private ended = false;

  constructor(input: (max: number) => InputChunk) {
    super(FILETYPE.CHARACTER_DEVICE, RIGHTS_STREAM_IN, 0);
    this.input = input;
  }

  override read(iov: Iov, m: GuestMemory): number {
    if (iov.total === 0) return 0;
    if (this.rest.length === 0 && !this.ended) this.pull(iov.total);
    iov.u8 = m.fresh();
    const count = scatter(this.rest, iov);
    this.rest = this.rest.subarray(count);
    return count;
  }

  private pull(max: number): void {
    const chunk = this.input(max);
    this.rest = typeof chunk === 'string' ? encoder.encode(chunk) : (chunk ?? this.rest);
    this.ended = this.rest.length === 0;
  }

  override readable(): number {
    return this.rest.length;
  }
}

/** stdin that gives a text or bytes, and then ends. */
export function textInput(text: string | Uint8Array): FunctionInput {
  let rest: InputChunk = text;
  return new FunctionInput(() => {
    const chunk = rest;
    rest = null;
    return chunk;
  });
}

/** stdout or stderr as lines on the console. */
export function lineOutput(fd: 1 | 2): FunctionOutput {
  const decoder = new TextDecoder();
  let rest = '';
  return new FunctionOutput((bytes) => {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop()!;
    // eslint-disable-next-line no-console -- this is what a program's output is in a browser
    for (const line of lines) (fd === 1 ? console.log : console.error)(line);
  });
}
