// The addresses of `serve --listen`.
import { UsageError } from '../../lib/options.ts';

/** An address at which clients connect. */
export type ListenAddress =
  | { readonly kind: 'tcp' | 'ws'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'stdio' };

/** The value of --listen, for the help and for errors. */
export const LISTEN_VALUE = 'tcp:HOST:PORT|unix:PATH|ws:HOST:PORT|stdio';
/** The address without --listen. 564 is 9P's port, for which a process must be privileged. */
export const DEFAULT_LISTEN = 'tcp:127.0.0.1:5640';
const LOOPBACK = '127.0.0.1';
const PORT_MAX = 65_535;

/** Parses `tcp:HOST:PORT`, `tcp:PORT`, `tcp:[::1]:PORT`, `unix:PATH` or `stdio`. @throws UsageError */
export function addressOf(value: string): ListenAddress {
  if (value === 'stdio') return { kind: 'stdio' };
  const [, kind = '', rest = ''] = /^(\w+):(.*)$/s.exec(value) ?? [];
  if (kind === 'unix' && rest !== '') return { kind, path: rest };
  if (kind === 'tls' || kind === 'wss') {
    throw new UsageError(
      `--listen ${value}: there is no encryption: listen on ${kind === 'tls' ? 'tcp' : 'ws'}:${LOOPBACK}:PORT behind ssh or a proxy.`,
    );
  }
  const [, bracketed, plain, digits = ''] = /^(?:(?:\[([^\]]*)\]|([^:[\]]*)):)?(\d+)$/.exec(rest) ?? [];
  const port = digits === '' ? NaN : Number(digits);
  const host = bracketed ?? plain ?? LOOPBACK;
  if ((kind !== 'tcp' && kind !== 'ws') || !(port <= PORT_MAX) || host === '') {
    throw new UsageError(`--listen ${value}: invalid value, expected ${LISTEN_VALUE.replaceAll('|', ', ')}.`);
  }
  return { kind, host, port };
}

/** True if only this machine can connect. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d+){3}$/.test(host);
}

/** HOST:PORT as part of a URL. */
export function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
