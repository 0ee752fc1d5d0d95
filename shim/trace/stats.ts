// Counts calls and 9P messages, their errors and their time, as strace -c does.
import { TYPE, type Message } from '../../vfs/9p/codec.gen.ts';
import type { Attachment } from '../../vfs/connect/attachment.ts';
import type { Iov } from '../../vfs/lib/iov.ts';
import type { Transport } from '../../vfs/transport/transport.ts';
import { SIGNATURES } from '../preview1/abi/signatures.ts';
import type { Calls } from '../preview1/imports.ts';
import type { Tracer } from '../preview1/tracer.ts';
import { addCall, table, type CallCount } from './counts.ts';

export type { CallCount };

/** A tracer that counts. */
export interface CallStats extends Tracer {
  /** By the name of the WASI call. */
  readonly calls: ReadonlyMap<string, Readonly<CallCount>>;
  /** By the name of the request: `Twalk`. */
  readonly messages: ReadonlyMap<string, Readonly<CallCount>>;
  /** The lines of two tables, of calls and of messages, the row with the most time first. */
  report(): string[];
}

/** Counts the messages of a connection. */
class CountedTransport implements Transport {
  readonly msize: number;
  readonly peer: object | null;
  private readonly inner: Transport;
  private readonly counts: Map<string, CallCount>;

  constructor(inner: Transport, counts: Map<string, CallCount>) {
    this.msize = inner.msize;
    this.peer = inner.peer ?? null;
    this.inner = inner;
    this.counts = counts;
  }

  rpc(t: Message, r: Message, payload: Iov): number {
    const start = performance.now();
    const errno = this.inner.rpc(t, r, payload);
    addCall(this.counts, TYPE[t.type] ?? String(t.type), errno !== 0, performance.now() - start);
    return errno;
  }

  close(): void {
    this.inner.close();
  }
}

/**
 * Counts the calls of one guest and the 9P messages that they cause, with errors and time.
 * @returns A tracer for the `trace` option of one WASI object, with the counts.
 */
export function callStats(): CallStats {
  const calls = new Map<string, CallCount>();
  const messages = new Map<string, CallCount>();
  return {
    calls,
    messages,
    report: () => [...table('call', calls), ...(messages.size > 0 ? ['', ...table('message', messages)] : [])],

    wrap(all) {
      const counted: Record<string, (...args: number[]) => unknown> = {};
      for (const name of Object.keys(SIGNATURES) as (keyof Calls)[]) {
        const call = all[name] as (...args: number[]) => unknown;
        counted[name] = (...args) => {
          const start = performance.now();
          let result: unknown;
          try {
            result = call(...args);
          } finally {
            addCall(calls, name, typeof result === 'number' && result !== 0, performance.now() - start);
          }
          return result;
        };
      }
      return counted as unknown as Calls;
    },

    listen({ client }: Attachment): void {
      client.transport = new CountedTransport(client.transport, messages);
    },
  };
}
