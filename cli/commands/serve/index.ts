// `wasi9p serve`: serves mounts to clients outside of this program, by 9P2000.L.
import { Server } from '../../../vfs/server/server.ts';
import { SERVICE_DEFAULTS } from '../../../vfs/serve/limits.ts';
import { Service } from '../../../vfs/serve/index.ts';
import { UsageError, helpLines, parseOptions, type Option, type Parsed } from '../../lib/options.ts';
import { print, tell } from '../../lib/output.ts';
import { joined, own, sentence, text, type Text } from '../../lib/text.ts';
import { parseSize } from '../../mounts/mount-memory.ts';
import { statedLimits } from '../../mounts/mounts.ts';
import { parseDuration } from '../../runners/values.ts';
import { SERVE_TRACE_OPTIONS } from '../trace/options.ts';
import { DEFAULT_LISTEN, LISTEN_VALUE, addressOf, isSecure, isWeb } from './address.ts';
import { EXPORT, EXPORT_MOUNTS, closeExports, exportsOf, type ExportMount } from './exports.ts';
import { anameOf, hintsFor, warningFor } from './hints.ts';
import { listen, type Endpoint } from './listener.ts';
import { Stop } from './stop.ts';
import type { Watching } from './watching.ts';

/** Longest message by default, in bytes: Linux sends no longer ones over TCP. */
const MSIZE = '1M';
const MAX_FIDS = 65_536;
/** Smallest and largest msize. */
const MSIZE_LEAST = 512;
const MSIZE_MOST = 64 << 20;
/** Milliseconds that clients have to read their replies when the server ends. */
const GRACE_MS = 2000;

const SECONDS = (ms: number): string => `${ms / 1000}s`;
const MIB = (bytes: number): string => `${bytes >> 20}M`;

export const SERVE_OPTIONS: readonly Option[] = [
  {
    name: 'listen',
    letter: 'l',
    many: true,
    also: ['address', 'port', 'p'],
    value: LISTEN_VALUE,
    help: `Where clients connect. May be repeated. Default: ${DEFAULT_LISTEN}. Port 0 is any free one.\nws: and wss: need the package ws; tls: and wss: need --tls-key and --tls-cert; stdio is one client, and ends with it.`,
  },
  EXPORT,
  ...EXPORT_MOUNTS,
  { name: 'ro', also: ['readonly', 'read-only'], help: 'Makes all exports read-only.' },
  {
    name: 'token',
    value: 'TOKEN',
    help: 'A client of ws: or wss: must give TOKEN, as ?token=TOKEN or as a bearer token.',
  },
  {
    name: 'origin',
    many: true,
    value: 'ORIGIN',
    help: 'Lets pages of ORIGIN (such as http://localhost:8080) connect to ws: and wss:. Others are refused.\nMay be repeated.',
  },
  { name: 'tls-key', value: 'FILE', help: 'The private key for tls: and wss:, in PEM, without a passphrase.' },
  { name: 'tls-cert', value: 'FILE', help: 'Its certificate in PEM, and those between it and the CA.' },
  {
    name: 'tls-client-ca',
    value: 'FILE',
    help: 'Clients of tls: and wss: must have a certificate that this CA has signed.',
  },
  { name: 'msize', value: 'SIZE', help: `Longest message. Default: ${MSIZE}.` },
  { name: 'max-clients', value: 'N', help: `Clients at a time. Default: ${SERVICE_DEFAULTS.maxClients}.` },
  { name: 'max-fids', value: 'N', help: `Fids of a client; one more is EMFILE. Default: ${MAX_FIDS}.` },
  {
    name: 'max-unsent',
    value: 'SIZE',
    help: `Replies that a client may leave unread before its next request waits. Default: ${MIB(SERVICE_DEFAULTS.maxUnsent)}.`,
  },
  {
    name: 'max-in-flight',
    value: 'SIZE',
    help: `Unread replies and unfinished requests of all clients; who passes it is closed. Default: ${MIB(SERVICE_DEFAULTS.maxInFlight)}.`,
  },
  {
    name: 'handshake-timeout',
    value: 'TIME',
    help: `Closes a client that has no fid for so long. Default: ${SECONDS(SERVICE_DEFAULTS.handshakeTimeout)}.`,
  },
  {
    name: 'stall-timeout',
    value: 'TIME',
    help: `Closes a client whose request does not come whole, or that reads no reply, for so long.\nDefault: ${SECONDS(SERVICE_DEFAULTS.stallTimeout)}.`,
  },
  { name: 'idle-timeout', value: 'TIME', help: 'Closes a client that sends nothing for so long. Default: never.' },
  ...SERVE_TRACE_OPTIONS,
  { name: 'help', help: 'Prints this help.' },
];

export const serveHelp = (): Text =>
  own(`Usage: wasi9p serve [OPTIONS]

Serves directories, archives and memory by the protocol 9P2000.L, to the Linux kernel, QEMU, v86, Wanix, diod's tools and
other wasi9p programs, and prints the lines that mount them. There is no authentication and no encryption but that of tls:
and wss:, so by default only this machine can connect. The mount at / is the default export; a client chooses another one by its aname, which is the
path of the mount.

${helpLines(SERVE_OPTIONS)}

SIGTERM and SIGINT end it: the sessions end, unlinked files are freed, and the exit status is 0. A second signal ends it at
once. The changes in an --overlay are kept in memory, and lost then.
`);

/** Runs `wasi9p serve` and returns its exit status. @throws UsageError */
export async function serve(argv: readonly string[]): Promise<number> {
  const parsed = parseOptions(SERVE_OPTIONS, argv, { mixed: true });
  const { options, rest } = parsed;
  if (options.has('help')) {
    print(serveHelp());
    return 0;
  }
  if (rest.length > 0) {
    throw new UsageError(`${rest[0]} is one word too many: wasi9p serve --dir ${rest[0]} serves a directory.`);
  }
  const addresses = (options.get('listen') ?? [DEFAULT_LISTEN]).map(addressOf);
  const isOnStdio = addresses.some(({ kind }) => kind === 'stdio');
  const hasWeb = addresses.some(({ kind }) => isWeb(kind));
  const hasSecure = addresses.some(({ kind }) => isSecure(kind));
  for (const name of ['token', 'origin']) {
    if (options.has(name) && !hasWeb) throw new UsageError(`--${name} is for --listen ws:HOST:PORT: add it.`);
  }
  for (const name of ['tls-key', 'tls-cert', 'tls-client-ca']) {
    if (options.has(name) && !hasSecure) throw new UsageError(`--${name} is for --listen tls:HOST:PORT: add it.`);
  }
  const limits = limitsOf(parsed);
  const credentials = hasSecure ? (await import('./secure.ts')).credentialsOf(parsed) : null;
  const watching = await watchingOf(parsed);
  const stop = new Stop();
  const mounts = await exportsOf(parsed);
  const servers = mounts.map(({ backend }) => new Server(backend, { msize: limits.msize, maxFids: limits.maxFids }));
  const exported = Object.fromEntries(mounts.map((mount, i) => [`/${anameOf(mount)}`, servers[i]!]));
  const service = new Service(exported, limits.service);
  for (const observer of watching?.observers ?? []) service.observers.add(observer);
  const listeners: Endpoint[] = [];
  const token = options.get('token')?.[0] ?? '';
  let isWhole = true;
  try {
    for (const limit of statedLimits(mounts)) tell(text`wasi9p: ${sentence(limit)}\n`);
    const web = {
      token,
      origins: options.get('origin') ?? [],
      msize: limits.msize,
      handshakeTimeout: limits.service.handshakeTimeout,
      maxClients: limits.service.maxClients,
    };
    for (const address of addresses) {
      const listener = await listen(address, service, web, credentials);
      listeners.push(listener);
      const warning = warningFor(
        listener,
        mounts.every(({ backend }) => backend.readOnly === true),
        credentials?.ca !== undefined,
      );
      if (warning !== null) tell(warning);
    }
    const said = joined([exportsText(mounts), ...listeners.map((each) => hintsFor(each, mounts, limits.msize, token))]);
    if (isOnStdio) tell(said);
    else print(said);
    const ends = listeners.filter(({ kind }) => kind === 'stdio').map(({ ended }) => ended);
    await Promise.race([stop.first, ...(ends.length === listeners.length ? ends : [])]);
  } finally {
    for (const listener of listeners) void listener.close();
    await within(GRACE_MS, service.end());
    service.close();
    for (const server of servers) server.close();
    closeExports(mounts);
    stop.end();
    isWhole = watching?.close() !== false;
  }
  return isWhole ? 0 : 1;
}

/** The observers of --trace and the like, which is loaded if one of them is given. @throws UsageError */
async function watchingOf({ options }: Parsed): Promise<Watching | null> {
  if (!SERVE_TRACE_OPTIONS.some(({ name }) => options.has(name))) return null;
  const { Watching } = await import('./watching.ts');
  return new Watching(options);
}

/** Waits for work, but not longer than this. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  await Promise.race([work, new Promise((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}

function exportsText(mounts: readonly ExportMount[]): Text {
  return joined(
    mounts.map((mount) => {
      const how = mount.backend.readOnly === true ? own(', read-only') : own('');
      const { host } = mount;
      return text`serving ${`/${anameOf(mount)}`} (${host ?? mount.backend.name}${how})\n`;
    }),
  );
}

/** The limits of a command line. @throws UsageError */
function limitsOf({ options }: Parsed) {
  const given = (name: string): string | undefined => options.get(name)?.[0];
  const size = (name: string, byDefault: number): number => {
    const value = given(name);
    const bytes = value === undefined ? byDefault : parseSize(value);
    if (bytes === undefined)
      throw new UsageError(`--${name} ${value}: invalid value, expected a size such as 512K or 1M.`);
    return bytes;
  };
  const number = (name: string, byDefault: number): number => {
    const value = given(name);
    if (value === undefined) return byDefault;
    if (!/^[1-9]\d{0,8}$/.test(value))
      throw new UsageError(`--${name} ${value}: invalid value, expected a number above 0.`);
    return Number(value);
  };
  const time = (name: string, byDefault: number): number => {
    const value = given(name);
    return value === undefined ? byDefault : parseDuration(value, `--${name} ${value}`);
  };
  const msize = size('msize', parseSize(MSIZE)!);
  if (msize < MSIZE_LEAST || msize > MSIZE_MOST) {
    throw new UsageError(`--msize ${given('msize')}: invalid value, expected ${MSIZE_LEAST} to ${MIB(MSIZE_MOST)}.`);
  }
  return {
    msize,
    maxFids: number('max-fids', MAX_FIDS),
    service: {
      maxClients: number('max-clients', SERVICE_DEFAULTS.maxClients),
      maxUnsent: size('max-unsent', SERVICE_DEFAULTS.maxUnsent),
      maxInFlight: size('max-in-flight', SERVICE_DEFAULTS.maxInFlight),
      handshakeTimeout: time('handshake-timeout', SERVICE_DEFAULTS.handshakeTimeout),
      stallTimeout: time('stall-timeout', SERVICE_DEFAULTS.stallTimeout),
      idleTimeout: time('idle-timeout', SERVICE_DEFAULTS.idleTimeout),
    },
  };
}
