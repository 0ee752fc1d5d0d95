// The URLs of remote servers: `9p+tcp://HOST:PORT/ANAME?msize=…` and others.
import { invalid } from '../lib/options.ts';
import { settingsOf, type RemoteOptions } from './settings.ts';

/** The port that IANA has given to 9P. */
const PORT = 564;

const PREFIX = 'x-';

/** The CA of a server, and the certificate and key of a client; each the text of a file in PEM. */
export interface Pem {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** The address of a server. Plain data: it crosses to the helper thread. */
export type ServerAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'tls'; readonly host: string; readonly port: number; readonly pem?: Pem }
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'ws'; readonly url: string; readonly pem?: Pem }
  | { readonly kind: 'worker'; readonly name: string }
  | { readonly kind: 'port' };

/** A parsed URL. */
export interface ParsedUrl {
  readonly address: ServerAddress;
  /** The options that the URL has. */
  readonly options: RemoteOptions;
}

/** A scheme: its row makes its URLs valid. */
interface Scheme {
  /** An example, for messages. */
  readonly usage: string;
  parse(url: URL): { readonly address: ServerAddress; readonly aname?: string };
}

const SCHEMES: Readonly<Record<string, Scheme>> = {
  '9p+tcp': { usage: '9p+tcp://HOST:PORT/ANAME', parse: (url) => stream(url, 'tcp') },
  '9p+tls': { usage: '9p+tls://HOST:PORT/ANAME', parse: (url) => stream(url, 'tls') },
  '9p+unix': {
    usage: '9p+unix:PATH?aname=ANAME',
    parse(url) {
      if (url.host !== '') {
        throw wrong(
          url,
          `a socket has no host: write 9p+unix:/${url.host}${url.pathname}, or ${SCHEMES['9p+unix']!.usage}`,
        );
      }
      const path = decoded(url, url.pathname);
      if (path === '' || path === '/') throw wrong(url, 'the path of the socket is missing: write 9p+unix:PATH');
      return { address: { kind: 'unix', path } };
    },
  },
  '9p+ws': { usage: '9p+ws://HOST:PORT/PATH?aname=ANAME', parse: (url) => webSocket(url, 'ws') },
  '9p+wss': { usage: '9p+wss://HOST:PORT/PATH?aname=ANAME', parse: (url) => webSocket(url, 'wss') },
  '9p+worker': {
    usage: '9p+worker:NAME?aname=ANAME',
    parse(url) {
      const name = decoded(url, url.pathname);
      if (url.host !== '' || name === '') throw wrong(url, 'the name of the port is missing: write 9p+worker:NAME');
      return { address: { kind: 'worker', name } };
    },
  },
};

function stream(url: URL, kind: 'tcp' | 'tls'): { address: ServerAddress; aname: string } {
  const port = url.port === '' ? PORT : Number(url.port);
  return { address: { kind, host: hostOf(url, `9p+${kind}`), port }, aname: decoded(url, url.pathname.slice(1)) };
}

function webSocket(url: URL, scheme: 'ws' | 'wss'): { address: ServerAddress } {
  hostOf(url, `9p+${scheme}`);
  return { address: { kind: 'ws', url: `${scheme}://${url.host}${url.pathname}` } };
}

/** True if a text has the form of such a URL, with a scheme that is known or not. */
export function isRemoteUrl(text: string): boolean {
  return /^9p(\+\w+)?:/i.test(text);
}

/**
 * Parses the URL of a server.
 * @throws TypeError if it is invalid, with a sentence that has the cause and the way out.
 */
export function parseUrl(text: string): ParsedUrl {
  const [, scheme = ''] = /^([\w+.-]+):/.exec(text) ?? [];
  const row = SCHEMES[scheme.toLowerCase()];
  if (row === undefined) throw invalid(`${text}: ${unknownScheme(scheme)}: write ${usages()}.`);
  let url: URL;
  try {
    // URL refuses a scheme that begins with a digit.
    url = new URL(`${PREFIX}${text}`);
  } catch {
    throw invalid(`${text}: the URL cannot be read: write ${row.usage}.`);
  }
  if (url.username !== '' || url.password !== '') {
    throw wrong(url, 'a user in the URL is not supported: write ?uname=NAME');
  }
  if (url.hash !== '') throw wrong(url, 'a # is not part of the URL: write %23 for it');
  const { address, aname } = row.parse(url);
  const options = settingsOf(url.searchParams, (why) => wrong(url, why));
  return { address, options: aname === undefined || aname === '' ? options : { aname, ...options } };
}

function unknownScheme(scheme: string): string {
  return scheme === '' ? 'the scheme is missing' : `the scheme ${scheme} is unknown`;
}

function usages(): string {
  const all = Object.values(SCHEMES).map(({ usage }) => usage);
  return `${all.slice(0, -1).join(', ')} or ${all.at(-1)}`;
}

function wrong(url: URL, why: string): TypeError {
  return invalid(`${url.href.slice(PREFIX.length)}: ${why}.`);
}

/** The host, without the brackets of an IPv6 address. */
function hostOf(url: URL, scheme: string): string {
  if (url.hostname === '') throw wrong(url, `the host is missing: write ${SCHEMES[scheme]!.usage}`);
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

function decoded(url: URL, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrong(url, 'a % is not followed by two hexadecimal digits: write %25 for a %');
  }
}
