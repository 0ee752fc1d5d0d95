// The lines that `serve` prints: how each kind of client mounts an export.
import { joined, text, type Text } from '../../lib/text.ts';
import type { GuestMount } from '../../mounts/mounts.ts';
import { hostPort, isLoopback } from './address.ts';
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
  const { kind, port } = listener;
  // The kernel takes a dotted quad, and no name.
  const host = isAny(listener.host) ? 'ADDRESS' : listener.host;
  const options = `version=9p2000.L,msize=${msize}${aname === '' ? '' : `,aname=${aname}`}`;
  const query = token === '' ? '' : `?token=${encodeURIComponent(token)}`;
  const url = `9p+${kind}://${kind === 'unix' ? listener.path : hostPort(host, port)}`;
  if (kind === 'tcp') {
    return text`  Linux:  mount -t 9p -o ${`trans=tcp,port=${port},${options}`} ${host} /mnt
  wasi9p: wasi9p run --mount ${`${url}/${aname}::/${aname}`} PROGRAM.wasm\n`;
  }
  if (kind === 'unix') return text`  Linux:  mount -t 9p -o ${`trans=unix,${options}`} ${listener.path} /mnt\n`;
  if (kind === 'ws') {
    const ws = `ws://${hostPort(host, port)}/${query}`;
    return text`  v86:    filesystem: { proxy_url: "${ws}" }, then mount -t 9p -o ${`trans=virtio,${options}`} host9p /mnt
  wasi9p: wasi9p run --mount ${`${url}/${aname}${query}::/${aname}`} PROGRAM.wasm\n`;
  }
  return text``;
}

function isAny(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

/** The warning about an address that other machines reach; null for one that only this machine does. */
export function warningFor(listener: Endpoint, isReadOnly: boolean): Text | null {
  const { kind, host } = listener;
  if (kind === 'stdio' || kind === 'unix' || isLoopback(host)) return null;
  const may = isReadOnly ? 'read' : 'read and change';
  return text`wasi9p: ${addressText(listener)} can be reached from other machines: whoever connects may ${may} all exports, and nothing is encrypted. Listen on 127.0.0.1 and use ssh -L instead.\n`;
}
