// Servers, here and elsewhere, their clients, and several trees as one.
import { FORK_OPTIONS } from '../../../vfs/namespace/fork.ts';
import { REMOTE_OPTIONS } from '../../../vfs/remote/settings.ts';
import { SERVICE_OPTIONS } from '../../../vfs/serve/limits.ts';
import { SERVER_OPTIONS } from '../../../vfs/server/server.ts';
import { SOURCE, type Call } from './call.ts';

export const SERVERS: readonly Call[] = [
  {
    call: 'serverFor(source)',
    from: ['wasi9p'],
    about:
      'The server of a volume or a backend, the same each time. That of a path is a new one, which holds the directory ' +
      'open until `close()`.',
    args: { source: { ...SOURCE, text: 'A memfs Volume, a path of the host, a Server or a backend.' } },
  },
  {
    call: 'serverFor(source, name)',
    from: ['wasi9p/core'],
    about:
      'The server of a backend, the same each time; a server is returned as it is. The message of an error calls the ' +
      'argument `name`.',
    args: { source: { text: 'The tree.', type: 'Server or Backend' } },
  },
  {
    call: 'new Attachment(server)',
    from: ['wasi9p', 'wasi9p/core'],
    about: 'A client attached to a server in this process. `close()` ends its session.',
    args: { server: { text: 'The server.', type: 'Server' } },
  },
  {
    call: 'new Namespace(tree)',
    from: ['wasi9p'],
    about:
      'Several trees as one. `close()` ends its sessions, and a directory given by its path with the last guest in it.',
    args: { tree: { text: 'Absolute paths → trees.', type: 'object of Source' } },
  },
  {
    call: 'namespace.fork(options)',
    from: ['wasi9p'],
    about:
      'A namespace with the same trees, whose changes are its own: stores in memory are cloned, others are below an ' +
      'overlay, read-only ones are shared. `close()` also closes what was made for it.',
    rows: FORK_OPTIONS,
    options: {
      overlay: {
        text: 'The function `overlay` of `wasi9p/backends/overlay`. `fork` puts it over stores without `clone`.',
        byDefault: 'none: such a store is an error',
      },
    },
  },
  {
    call: 'new Server(backend, options)',
    from: ['wasi9p', 'wasi9p/core', 'wasi9p/server'],
    about: 'A 9P server. `close()` ends its sessions; the backend is its maker’s to close.',
    args: { backend: { text: 'The store.', type: 'Backend' } },
    rows: SERVER_OPTIONS,
    options: {
      msize: { text: 'Longest message in bytes that is agreed to.', byDefault: '8 MiB' },
      maxFids: { text: 'Fids of one session; EMFILE beyond.', byDefault: '262,144' },
    },
  },
  {
    call: 'new Service(exported, options)',
    from: ['wasi9p/serve'],
    about: 'Serves trees to clients outside of this program. `end()` lets them read their replies, `close()` does not.',
    args: { exported: { text: 'The server of each name, or one server.', type: 'Server or object of Server' } },
    rows: SERVICE_OPTIONS,
    options: {
      maxClients: { text: 'Clients at a time; one more is closed at once.', byDefault: '256' },
      maxUnsent: {
        text: 'Bytes that one client may leave unread before its next request waits.',
        byDefault: '1 MiB',
      },
      maxInFlight: {
        text: 'Bytes of unread replies and of requests that have not come whole, of all clients; a client that passes them is closed.',
        byDefault: '256 MiB',
      },
      handshakeTimeout: { text: 'Milliseconds until a client without a fid is closed.', byDefault: '10,000' },
      stallTimeout: {
        text: 'Milliseconds in which a request must come whole, and a part of a reply be read.',
        byDefault: '60,000',
      },
      idleTimeout: {
        text: 'Milliseconds without a request until a client with fids is closed; 0 is never.',
        byDefault: '0',
      },
    },
  },
  {
    call: 'remote(where, options)',
    from: ['wasi9p/remote'],
    about:
      'A 9P2000.L server elsewhere. It is not in this thread: calls wait for it. Each session has a connection and a helper ' +
      'thread of its own, which end with it.',
    args: {
      where: {
        text: '`9p+tcp://HOST:PORT/ANAME`, `9p+tls:`, `9p+unix:PATH`, `9p+ws://HOST:PORT/PATH`, `9p+wss:`, or a port; options may be parameters: `?msize=64K&timeout=5s`.',
        type: 'string or MessagePort',
      },
    },
    rows: REMOTE_OPTIONS,
    options: {
      msize: { text: 'Longest message in bytes, payload included, 4 KiB to 64 MiB.', byDefault: '1 MiB' },
      aname: { text: 'The tree of the server.', byDefault: 'that of the URL, or an empty one' },
      uname: { text: 'The name of the user.', byDefault: 'that of this process' },
      uid: { text: 'The number of the user.', byDefault: 'that of this process' },
      cache: {
        text: '`none`: every call asks the server. `loose`: attributes are kept, and writes delayed.',
        byDefault: '`none`',
      },
      connectTimeout: { text: 'Milliseconds until there must be a connection.', byDefault: '10,000' },
      timeout: { text: 'Milliseconds until a request must be answered; then the session ends.', byDefault: '60,000' },
      orphans: {
        text: 'A file that is unlinked while it is open: `keep` leaves it to the server, `rename` keeps it under another name, `probe` finds out at the first one.',
        byDefault: '`probe`',
      },
      token: { text: 'A parameter `token` for a WebSocket.', byDefault: 'none' },
      ca: { text: 'A file in PEM: the CA of a `9p+tls:` or `9p+wss:` server.', byDefault: 'the CAs that Node knows' },
      cert: { text: 'A file in PEM: the certificate that such a server asks for.', byDefault: 'none' },
      key: { text: 'A file in PEM: the private key of `cert`.', byDefault: 'none' },
    },
  },
];
