// The addresses of `serve --listen`.
import { UsageError } from '../../lib/options.ts';

/** The kinds of addresses with a host and a port; the latter two are encrypted. */
const INTERNET = ['tcp', 'ws', 'tls', 'wss'] as const;
export type InternetKind = (typeof INTERNET)[number];

/** An address with a host and a port. */
export interface InternetAddress {
  readonly kind: InternetKind;
  readonly host: string;
  readonly port: number;
}

/** An address at which clients connect. */
export type ListenAddress =
  | InternetAddress
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'stdio' };

/** The value of --listen, for the help and for errors. */
export const LISTEN_VALUE = 'tcp:HOST:PORT|unix:PATH|ws:HOST:PORT|tls:HOST:PORT|wss:HOST:PORT|stdio';
/** The address without --listen. 564 is 9P's port, for which a process must be privileged. */
export const DEFAULT_LISTEN = 'tcp:127.0.0.1:5640';
const LOOPBACK = '127.0.0.1';
const PORT_MAX = 65_535;

/** Parses `tcp:HOST:PORT`, `tcp:PORT`, `tcp:[::1]:PORT`, the same of `ws`, `tls` and `wss`, `unix:PATH` or `stdio`. @throws UsageError */
export function addressOf(value: string): ListenAddress {
  if (value === 'stdio') return { kind: 'stdio' };
  const [, kind = '', rest = ''] = /^(\w+):(.*)$/s.exec(value) ?? [];
  if (kind === 'unix' && rest !== '') return { kind, path: rest };
  const [, bracketed, plain, digits = ''] = /^(?:(?:\[([^\]]*)\]|([^:[\]]*)):)?(\d+)$/.exec(rest) ?? [];
  const port = digits === '' ? NaN : Number(digits);
  const host = bracketed ?? plain ?? LOOPBACK;
  const known = INTERNET.find((each) => each === kind);
  if (known === undefined || !(port <= PORT_MAX) || host === '') {
    throw new UsageError(`--listen ${value}: invalid value, expected ${LISTEN_VALUE.replaceAll('|', ', ')}.`);
  }
  return { kind: known, host, port };
}

/** True if clients speak TLS there. */
export function isSecure(kind: ListenAddress['kind']): boolean {
  return kind === 'tls' || kind === 'wss';
}

/** True if clients speak WebSocket there. */
export function isWeb(kind: ListenAddress['kind']): boolean {
  return kind === 'ws' || kind === 'wss';
}

/** True if only this machine can connect. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d+){3}$/.test(host);
}

/** HOST:PORT as part of a URL. */
export function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
