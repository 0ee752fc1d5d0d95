// Observers of a service's wires: they print the messages of all clients, count them, or write them for Wireshark.
import { TYPE, type Message } from '../../vfs/9p/codec.gen.ts';
import { printMessage } from '../../vfs/9p/print.ts';
import { checkKind, checkOptions } from '../../vfs/lib/options.ts';
import { PacketCapture, type CapturedConnection, type WriteBytes } from '../../vfs/transport/pcapng.ts';
import type { WireObserver } from '../../vfs/transport/wire-observer.ts';
import { addCall, table, type CallCount } from './counts.ts';
import { Filter } from './filter.ts';
import { STRACE_OPTIONS, type StraceOptions } from './strace.ts';

/** The times at which the requests of each connection came, by their tags. */
class RequestTimes {
  private readonly began = new WeakMap<object, Map<number, number>>();

  begin(connection: object, tag: number): void {
    let tags = this.began.get(connection);
    if (tags === undefined) this.began.set(connection, (tags = new Map()));
    tags.set(tag, performance.now());
  }

  /** Returns the milliseconds since a request came. */
  end(connection: object, tag: number): number {
    const tags = this.began.get(connection);
    const from = tags?.get(tag);
    tags?.delete(tag);
    return from === undefined ? 0 : performance.now() - from;
  }
}

/**
 * Prints the messages of all clients of a service, a line each: `[2] Tclunk tag=1 fid=3`, with the number of the client.
 * @param write Gets each line, without a line end.
 * @param options As those of `strace`. A reply belongs to its request. With `time`, a line begins with the seconds since
 *   the call of this function, and a reply ends with those since its request.
 * @returns An observer, for `service.observers.add`.
 * @throws TypeError as `strace`.
 */
export function wireTrace(write: (line: string) => void, options: StraceOptions = {}): WireObserver {
  checkKind(write, 'function', 'write');
  const { only, time = false } = checkOptions(options, STRACE_OPTIONS);
  const filter = new Filter(only);
  const times = new RequestTimes();
  const numbers = new Map<object, number>();
  const start = performance.now();
  let last = 0;
  const print = (connection: object, line: string, spent: string): void => {
    let number = numbers.get(connection);
    if (number === undefined) numbers.set(connection, (number = ++last));
    const at = time ? `${seconds(performance.now() - start)} ` : '';
    write(`${at}[${number}] ${line}${time ? spent : ''}`);
  };
  return {
    request(connection, _frame, t, errno) {
      times.begin(connection, t.tag);
      if (filter.has(t.type)) print(connection, errno === 0 ? printMessage(t) : malformed(t), '');
    },
    reply(connection, _frame, t, r) {
      const ms = times.end(connection, t.tag);
      if (filter.has(t.type) || filter.has(r.type)) print(connection, printMessage(r), ` <${seconds(ms)}>`);
    },
    closed(connection) {
      if (only === undefined) print(connection, 'closed', '');
      numbers.delete(connection);
    },
  };
}

/** An observer that counts. */
export interface WireStats extends WireObserver {
  /** By the name of the request: `Twalk`. A request without a reply is not counted. */
  readonly messages: ReadonlyMap<string, Readonly<CallCount>>;
  /** The lines of a table, the row with the most time first. */
  report(): string[];
}

/** Counts the messages of all clients of a service, with errors and the time from each request to its reply. */
export function wireStats(): WireStats {
  const messages = new Map<string, CallCount>();
  const times = new RequestTimes();
  return {
    messages,
    report: () => table('message', messages),
    request: (connection, _frame, t) => times.begin(connection, t.tag),
    reply(connection, _frame, t, r) {
      addCall(messages, TYPE[t.type] ?? String(t.type), r.type === TYPE.Rlerror, times.end(connection, t.tag));
    },
  };
}

/**
 * Writes the messages of all clients of a service as a capture in the pcapng format: each client as a connection over
 * TCP to port 564, with headers of IPv4 and TCP that are made up.
 * @param write Gets the bytes of the file, in order.
 * @throws TypeError if `write` is not a function.
 */
export function wireCapture(write: WriteBytes): WireObserver {
  checkKind(write, 'function', 'write');
  const file = new PacketCapture(write);
  const connections = new Map<object, CapturedConnection>();
  const store = (connection: object, toServer: boolean, frame: Uint8Array): void => {
    let captured = connections.get(connection);
    if (captured === undefined) connections.set(connection, (captured = file.connect()));
    captured.message(toServer, frame.slice());
  };
  return {
    request: (connection, frame) => store(connection, true, frame),
    reply: (connection, frame) => store(connection, false, frame),
    closed(connection) {
      connections.get(connection)?.end();
      connections.delete(connection);
    },
  };
}

function malformed({ type, tag }: Message): string {
  return `${TYPE[type] ?? `type=${type}`} tag=${tag} malformed`;
}

/** Milliseconds as seconds with six decimals. */
function seconds(ms: number): string {
  return (ms / 1000).toFixed(6);
}
