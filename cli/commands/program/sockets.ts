// The listening sockets of a program: -S tcplisten.
import { CannotListen, Sockets, type TcpAddress } from '../../../shim/sockets/sockets.ts';
import { together, type Tracer } from '../../../shim/trace/index.ts';
import type { BackendsOptions } from '../../../shim/on-backends.ts';
import { tell } from '../../lib/output.ts';
import { text } from '../../lib/text.ts';
import type { RunPlan } from '../../runners/run-plan.ts';

const PORT_MAX = 65_535;
/** Milliseconds that the end of a program waits for clients that take nothing of what was sent to them. */
const PATIENCE_MS = 10_000;
/** The same for a program that was ended: --timeout kills the process two seconds later. */
const SHORT_MS = 1000;

/** The sockets of a program that runs. */
export class GuestSockets {
  private readonly sockets: Sockets;

  constructor(sockets: Sockets) {
    this.sockets = sockets;
  }

  /** The options of its WASI object. */
  options(tracer: Tracer | undefined): Pick<BackendsOptions, 'trace' | 'before'> {
    const { sockets } = this;
    return { trace: tracer === undefined ? sockets : together(tracer, sockets), before: sockets.descriptors };
  }

  /** Closes them. @param isWhole True if the program has ended by itself: its clients get all that it has sent. */
  end(isWhole: boolean): Promise<void> {
    return this.sockets.end(isWhole ? PATIENCE_MS : SHORT_MS);
  }
}

/** Listens on the addresses of a plan. @throws Error with a sentence if it cannot. */
export async function openSockets({ listen, verbose }: RunPlan): Promise<GuestSockets> {
  const wanted = listen.map(addressOf);
  const sockets = await Sockets.open(wanted).catch((error: unknown) => {
    if (!(error instanceof CannotListen)) throw error;
    throw new Error(`-S tcplisten=${listen[error.index]}: ${reasonOf(error)}.`, { cause: error });
  });
  for (const [i, { host, port }] of sockets.addresses.entries()) {
    // Nobody could know the port that the system has chosen.
    if (verbose || wanted[i]!.port === 0)
      tell(text`wasi9p: descriptor ${3 + i} listens on ${shown({ host, port })}.\n`);
  }
  return new GuestSockets(sockets);
}

function shown({ host, port }: TcpAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Parses `HOST:PORT` or `[IPv6]:PORT`. @throws Error with a sentence. */
function addressOf(word: string): TcpAddress {
  const [, six, name, digits] = /^(?:\[([\da-f:.%\w]+)\]|([^:[\]\s/]+)):(\d{1,5})$/i.exec(word) ?? [];
  const port = Number(digits ?? NaN);
  const host = six ?? name;
  if (host !== undefined && port <= PORT_MAX) return { host, port };
  throw new Error(`-S tcplisten=${word}: not an address: write HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080.`);
}

/** The end of a sentence: the cause, and the way out. */
function reasonOf({ code, message }: CannotListen): string {
  switch (code) {
    case 'EADDRINUSE':
      return 'the port is in use: choose another one, or end the program that has it';
    case 'EACCES':
      return 'ports below 1024 need privileges: choose a higher one';
    case 'EADDRNOTAVAIL':
      return 'this machine does not have the address: choose 127.0.0.1, or 0.0.0.0 for all of its addresses';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the name of the host is unknown: write its address';
    default:
      return `it cannot listen there (${code || message}): choose another address`;
  }
}
