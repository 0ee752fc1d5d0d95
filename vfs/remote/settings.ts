// The options of a remote server, which are the parameters of its URL as well: one table.
import { checkOptions, invalid, type RowsOf } from '../lib/options.ts';

/** The cache of the client: `none` asks the server each time, `loose` keeps attributes and delays writes. */
export type CacheMode = 'none' | 'loose';
/** A file that is unlinked while it is open: `keep` leaves it to the server, `rename` keeps it under another name. */
export type OrphanMode = 'probe' | 'keep' | 'rename';

/** The options of `remote`. Each may be a parameter of the URL as well: `?msize=64K&timeout=5s`. */
export interface RemoteOptions {
  /** Longest message in bytes, payload included. Default: 1 MiB. */
  msize?: number;
  /** The tree of the server. Default: that of the URL, or ''. */
  aname?: string;
  /** The name of the user. Default: that of this process. */
  uname?: string;
  /** The number of the user. Default: that of this process. */
  uid?: number;
  /** `none` or `loose`. Default: `none`. */
  cache?: CacheMode;
  /** Milliseconds until a connection must be there. Default: 10 s. */
  connectTimeout?: number;
  /** Milliseconds until a request must be answered. Default: 60 s. */
  timeout?: number;
  /** `probe`, `keep` or `rename`. Default: `probe`, which tries it at the first unlink of an open file. */
  orphans?: OrphanMode;
  /** Sent to a `9p+ws:` server as the parameter `token`. Default: none. */
  token?: string;
  /** A file with the CA of a `9p+tls:` or `9p+wss:` server, in PEM. Default: the CAs that Node knows. */
  ca?: string;
  /** A file with the certificate that such a server asks for, in PEM. Default: none. */
  cert?: string;
  /** A file with the private key of `cert`, in PEM. */
  key?: string;
}

/** The settings of a session, with the defaults filled in. */
export interface SessionSettings {
  readonly msize: number;
  readonly timeout: number;
  readonly aname: string;
  readonly uname: string;
  readonly uid: number | null;
  readonly orphans: OrphanMode;
  readonly cache: CacheMode;
}

export const REMOTE_OPTIONS = {
  msize: 'number',
  aname: 'string',
  uname: 'string',
  uid: 'number',
  cache: 'string',
  connectTimeout: 'number',
  timeout: 'number',
  orphans: 'string',
  token: 'string',
  ca: 'string',
  cert: 'string',
  key: 'string',
} satisfies RowsOf<RemoteOptions>;

/** The words that an option takes. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  cache: ['none', 'loose'],
  orphans: ['probe', 'keep', 'rename'],
};

/** The ranges of numbers. The shortest message has room for the longest name of a Twalk and for a few entries. */
const RANGES: Readonly<Record<string, readonly [least: number, most: number]>> = {
  msize: [4096, 64 << 20],
  uid: [0, 0xffff_fffe],
  connectTimeout: [1, 2 ** 31 - 1],
  timeout: [1, 2 ** 31 - 1],
};

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, MS: 1, S: 1000 };

/** The options of the parameters of a URL. @param wrong Makes the error of a reason. @internal */
export function settingsOf(params: URLSearchParams, wrong: (why: string) => Error): RemoteOptions {
  const options: Record<string, unknown> = {};
  for (const [name, text] of params) {
    const kind = (REMOTE_OPTIONS as Readonly<Record<string, string>>)[name];
    if (kind === undefined) {
      throw wrong(`the parameter ${name} is unknown; there are ${Object.keys(REMOTE_OPTIONS).join(', ')}`);
    }
    if (name in options) throw wrong(`the parameter ${name} is there twice: give it once`);
    const value = kind === 'number' ? numberOf(text) : text;
    const usage = usageOf(name, value);
    if (usage !== '') throw wrong(`${name}=${text} is invalid: write ${name}=${usage}`);
    options[name] = value;
  }
  return options;
}

/** A number with a unit, such as `64K` or `5s`; NaN for another text. */
function numberOf(text: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,15})(K|M|ms|s)?$/i.exec(text) ?? [];
  return digits === '' ? Number.NaN : Number(digits) * UNITS[unit.toUpperCase()]!;
}

/** The values that an option takes if this one is none of them; else ''. */
function usageOf(name: string, value: unknown): string {
  const words = WORDS[name];
  if (words !== undefined && !words.includes(value as string)) return words.join(' or ');
  const range = RANGES[name];
  const isWithin = range === undefined || ((value as number) >= range[0] && (value as number) <= range[1]);
  return isWithin ? '' : `a whole number from ${range[0]} to ${range[1]}`;
}

/** Checks the options of `remote`. @throws TypeError for the first that is unknown or wrong. */
export function checkSettings(options: RemoteOptions): RemoteOptions {
  const checked = checkOptions(options, REMOTE_OPTIONS);
  for (const [name, value] of Object.entries(checked)) {
    if (value === undefined) continue;
    const usage = usageOf(name, value);
    const isWhole = typeof value !== 'number' || Number.isInteger(value);
    if (usage !== '' || !isWhole) throw invalid(`"options.${name}" must be ${usage || 'a whole number'}, not ${value}`);
  }
  return checked;
}
