// A tracer in the style of strace(1): each WASI call with its arguments and result, then the 9P messages that it sent.
import { printMessage } from '../../vfs/9p/print.ts';
import { wasiErrnoName } from '../../vfs/linux/errno.ts';
import { ObservedTransport } from '../../vfs/transport/observed.ts';
import type { Attachment, GuestServer, ServerObserver } from '../../vfs/connect/attachment.ts';
import { checkKind, checkOptions, type RowsOf } from '../../vfs/lib/options.ts';
import { parametersOf, type CallName } from '../preview1/abi/signatures.ts';
import type { TracedGuest, Tracer } from '../preview1/tracer.ts';
import { Filter } from './filter.ts';
import { printInput, printOutput } from './print-call.ts';
import { wrapWhole, type WholeCall } from './whole-calls.ts';

const INDENT = '    ';

/** Options of `strace`. */
export interface StraceOptions {
  /**
   * The names of the calls and 9P messages to print; `path_*` stands for all names that begin so. A call prints with all
   * its messages, or with the named ones if a message is named. A named message prints below its call; a reply belongs
   * to its request. Default: all.
   */
  only?: readonly string[];
  /** Print the time of each call in seconds: since `strace` was called, before it; of the call, behind it. */
  time?: boolean;
}

export const STRACE_OPTIONS = { only: 'Array', time: 'boolean' } satisfies RowsOf<StraceOptions>;

/**
 * Traces the calls of one guest as strace(1) does: a line for each call, and indented below it the 9P messages that the
 * call caused and the orphans that it made or reclaimed.
 * @param write Gets each line, without a line end.
 * @returns A tracer for the `trace` option of one WASI object.
 * @throws TypeError if `write` is not a function, an option is invalid, or a name in `only` is that of no call and of no
 *   message.
 */
export function strace(write: (line: string) => void, options: StraceOptions = {}): Tracer {
  checkKind(write, 'function', 'write');
  const { only, time = false } = checkOptions(options, STRACE_OPTIONS);
  const filter = new Filter(only);
  const began = performance.now();
  let depth = 0;
  let between = false;
  let below: string[] = [];

  function note(line: string): void {
    if (depth > 0) below.push(line);
    else {
      if (!between) write('(no call: the program has ended, or has not begun)');
      between = true;
      write(`${INDENT}${line}`);
    }
  }

  /** Prints a call, and the lines below it. */
  function flush(name: CallName, line: string): void {
    const lines = below;
    below = [];
    const isPrinted = filter.hasCall(name);
    if (!isPrinted && !(filter.namesMessages && lines.length > 0)) return;
    between = false;
    write(line);
    for (const message of lines) write(`${INDENT}${message}`);
  }

  function traced(guest: TracedGuest, name: CallName, call: WholeCall): WholeCall {
    const parameters = parametersOf(name);
    const m = guest.memory;
    return (...args) => {
      const inputs = parameters.filter((p) => !p.out).map((p) => `${p.name}=${printInput(m, p, args)}`);
      const head = `${name}(${inputs.join(', ')})`;
      depth++;
      let result = ' does not return';
      const start = time ? performance.now() : 0;
      try {
        const wasiErrno = call(...args);
        // proc_exit has no result.
        if (wasiErrno === undefined) return wasiErrno;
        const outputs = wasiErrno === 0 ? parameters.filter((p) => p.out).map((p) => printOutput(m, p, args)) : [];
        result = ` = ${[wasiErrnoName(wasiErrno), ...outputs.filter((text) => text !== null)].join(' ')}`;
        return wasiErrno;
      } finally {
        depth--;
        const [from, spent] = time
          ? [`${seconds(start - began)} `, ` <${seconds(performance.now() - start)}>`]
          : ['', ''];
        flush(name, from + head + result + spent);
      }
    };
  }

  return {
    wrap: (calls, guest) => wrapWhole(calls, (name, call) => traced(guest, name, call)),

    listen({ server, client }: Attachment): void {
      // A server of another process has no observers.
      const { observers } = server as Partial<GuestServer>;
      const life = (line: string): void => {
        if (!filter.namesMessages && (only === undefined || depth > 0)) note(line);
      };
      const observer: ServerObserver = {
        orphan: (inode) => life(`* inode ${inode.ino} has no name any more: an orphan, kept by ${fids(inode.refs)}`),
        reclaimed: (inode) => life(`* inode ${inode.ino} reclaimed`),
      };
      observers?.add(observer);
      client.transport = new ObservedTransport(client.transport, {
        message: (message) => {
          if (filter.hasMessage(message.type) && (filter.namesMessages || only === undefined || depth > 0)) {
            note(printMessage(message));
          }
        },
        closed: () => observers?.delete(observer),
      });
    },
  };
}

function fids(count: number): string {
  return count === 1 ? '1 fid' : `${count} fids`;
}

/** Milliseconds as seconds with six decimals. */
function seconds(ms: number): string {
  return (ms / 1000).toFixed(6);
}
