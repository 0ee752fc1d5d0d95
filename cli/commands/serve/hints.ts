// The lines that `serve` prints: how each kind of client mounts an export.
import { joined, text, type Text } from '../../lib/text.ts';
import type { GuestMount } from '../../mounts/mounts.ts';
import { hostPort, isLoopback, isSecure, isWeb } from './address.ts';
import type { Endpoint } from './listener.ts';

/** The name of an export, as a client writes it: '' for the default one. */
export function anameOf({ guest }: GuestMount): string {
  return guest.replace(/^\/+/, '');
}

/** The lines for an address. */
export function hintsFor(listener: Endpoint, exports: readonly GuestMount[], msize: number, token: string): Text {
  const head = text`listening on ${addressText(listener)}\n`;
  const lines = exports.map((mount) => linesFor(listener, anameOf(mount), msize, token));
  return joined([head, ...lines]);
}

/** An address as `--listen` has it. */
export function addressText({ kind, host, port, path }: Endpoint): string {
  if (kind === 'stdio') return 'stdio';
  return kind === 'unix' ? `unix:${path}` : `${kind}:${hostPort(host, port)}`;
}

function linesFor(listener: Endpoint, aname: string, msize: number, token: string): Text {
  const { kind, port, path } = listener;
  // The kernel takes a dotted quad, and no name.
  const host = isAny(listener.host) ? 'ADDRESS' : listener.host;
  const options = `version=9p2000.L,msize=${msize}${aname === '' ? '' : `,aname=${aname}`}`;
  if (kind === 'stdio') return text``;
  if (kind === 'unix') return text`  Linux:  mount -t 9p -o ${`trans=unix,${options}`} ${path} /mnt\n`;
  const at = hostPort(host, port);
  const ca = isSecure(kind) ? [['ca', 'FILE'] as const] : [];
  if (isWeb(kind)) {
    const secret = token === '' ? [] : [['token', token] as const];
    const name = aname === '' ? [] : [['aname', aname] as const];
    const ws = `${kind}://${at}/${query(secret)}`;
    return text`  v86:    filesystem: { proxy_url: "${ws}" }, then mount -t 9p -o ${`trans=virtio,${options}`} host9p /mnt
  wasi9p: wasi9p run --mount ${`9p+${kind}://${at}/${query([...name, ...secret, ...ca])}::/${aname}`} PROGRAM.wasm\n`;
  }
  const wasi9p = text`  wasi9p: wasi9p run --mount ${`9p+${kind}://${at}/${aname}${query(ca)}::/${aname}`} PROGRAM.wasm\n`;
  if (kind === 'tls') return wasi9p;
  return text`  Linux:  mount -t 9p -o ${`trans=tcp,port=${port},${options}`} ${host} /mnt\n${wasi9p}`;
}

/** The parameters of a URL; '' for none. */
function query(params: readonly (readonly [name: string, value: string])[]): string {
  const words = params.map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return words.length === 0 ? '' : `?${words.join('&')}`;
}

function isAny(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

/**
 * The warning about an address that other machines reach; null for one that only this machine does, or only clients with
 * a certificate.
 */
export function warningFor(listener: Endpoint, isReadOnly: boolean, hasClientCa: boolean): Text | null {
  const { kind, host } = listener;
  if (kind === 'stdio' || kind === 'unix' || isLoopback(host)) return null;
  const may = isReadOnly ? 'read' : 'read and change';
  const reach = text`wasi9p: ${addressText(listener)} can be reached from other machines: whoever connects may ${may} all exports`;
  if (!isSecure(kind)) {
    return text`${reach}, and nothing is encrypted. Listen on 127.0.0.1 and use ssh -L instead, or on tls:.\n`;
  }
  return hasClientCa ? null : text`${reach}. Let --tls-client-ca name the CA of those who may.\n`;
}
