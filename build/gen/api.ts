// The public functions and their parameters: the rows that the functions check, with the meaning of each.
import { WASI_OPTIONS } from '../../shim/wasi-base.ts';
import { STRACE_OPTIONS } from '../../shim/trace/strace.ts';
import { SHIM_OPTIONS } from '../../shim/browser-wasi-shim/wasi.ts';
import { HOSTDIR_OPTIONS } from '../../vfs/backends/hostdir/options.ts';
import { MEMFS_OPTIONS } from '../../vfs/backends/memfs/backend.ts';
import { COMMIT_OPTIONS } from '../../vfs/backends/overlay/commit/commit.ts';
import { OVERLAY_OPTIONS } from '../../vfs/backends/overlay/options.ts';
import { RAM_OPTIONS } from '../../vfs/backends/ram/backend.ts';
import { TAR_OPTIONS } from '../../vfs/backends/tar/format/limits.ts';
import { FILE_SYSTEM_OPTIONS, FS_OPTIONS } from '../../vfs/fs/file-system.ts';
import { FORK_OPTIONS } from '../../vfs/namespace/fork.ts';
import { REMOTE_OPTIONS } from '../../vfs/remote/settings.ts';
import type { Rows } from '../../vfs/lib/options.ts';
import { SERVICE_OPTIONS } from '../../vfs/serve/limits.ts';
import { SERVER_OPTIONS } from '../../vfs/server/server.ts';

/** The meaning of an option or an argument. */
export interface Meaning {
  readonly text: string;
  /** The default; absent for a required one. */
  readonly byDefault?: string;
  /** Replaces the row's type, if the function checks more than that. */
  readonly type?: string;
}

/** A function, or a class that is constructed. */
export interface Call {
  /** The signature. */
  readonly call: string;
  /** The modules that export it. */
  readonly from: readonly string[];
  readonly about: string;
  /** The arguments besides `options`. */
  readonly args?: Readonly<Record<string, Meaning>>;
  readonly rows?: Rows;
  /** The meaning of each row. */
  readonly options?: Readonly<Record<string, Meaning>>;
}

const SOURCE: Meaning = {
  text: 'The tree to attach to. A path is opened for this, and closed with it.',
  type: 'Source',
};
const BUFFER: Meaning = {
  text: 'The class Buffer: bytes are then Buffers, as those of node:fs, for code that calls their methods.',
  byDefault: 'none: bytes are Uint8Array',
};
const CAPACITY: Meaning = {
  text: 'Bytes before ENOSPC: file data and the memory of each inode, name, symlink and extended attribute.',
  byDefault: 'a quarter of the memory of the machine, or of the container',
};
const LIMITS: Readonly<Record<string, Meaning>> = {
  maxBytes: { text: 'Bytes that a gzipped archive inflates to.', byDefault: '2 GiB' },
  maxMembers: { text: 'Members.', byDefault: '1,000,000' },
  maxImplied: { text: 'Directories that exist only in the names of members.', byDefault: '262,144' },
  maxNames: { text: 'Bytes of all names, of members, targets and extended attributes.', byDefault: '128 MiB' },
  maxRecords: { text: 'Records of one pax header, besides the map of a sparse file.', byDefault: '10,000' },
  maxExtents: { text: 'Pieces of sparse files, together.', byDefault: '1,000,000' },
  maxDepth: { text: 'Directories in each other; what lies deeper is left out.', byDefault: '2,048' },
};
const PLACE: Meaning = { text: 'The tree.', type: 'Backend, Server or Attachment' };
const SKIP: Meaning = {
  text: 'Called with `{ path, reason }` for each member left out: its name as stored, and a phrase.',
  type: 'function',
  byDefault: 'none',
};
const ARCHIVE: Meaning = { text: 'A whole .tar or .tar.gz. It must stay as it is.', type: 'Uint8Array' };
const TRACE: Meaning = { text: 'Sees the calls and the 9P messages; `strace` makes one.', byDefault: 'none' };

export const API: readonly Call[] = [
  {
    call: 'new WASI(options)',
    from: ['wasi9p', 'wasi9p/core'],
    about:
      'Runs one program, as node:wasi does. It refuses the options that node:wasi refuses, with the same `code`. `start()` closes all ' +
      'descriptors at the end, after `initialize()` it is for `close()`.',
    rows: WASI_OPTIONS,
    options: {
      version: { text: '`preview1` is the only one there is.', byDefault: '`preview1`' },
      args: { text: 'argv, the name of the program first.', type: 'string[]', byDefault: 'none' },
      env: {
        type: 'object of string or undefined',
        text: 'The environment; an undefined variable is not set.',
        byDefault: 'none',
      },
      preopens: {
        text:
          'The directories: the path of each for the guest → what it is. A path of the host is opened for this guest and ' +
          'closed with it; `wasi9p/core` takes servers and backends only, each of which is a tree of its own without its ' +
          'option `namespace`, the function of `wasi9p/namespace`.',
        type: 'object of Source or Fd',
        byDefault: 'none',
      },
      returnOnExit: {
        text: 'If true, `start()` returns the exit status; if false, it ends this process with it.',
        byDefault: '`true`',
      },
      stdin: {
        text: 'The descriptor of the host to read from, the text or bytes themselves, a function that gives the next bytes, or an Fd. `wasi9p/core` takes no numbers and no Fd.',
        type: 'number, string, Uint8Array, function or Fd',
        byDefault: "the host's; without one, and in `wasi9p/core`, nothing",
      },
      stdout: {
        text: 'The descriptor of the host to write to, a function given the bytes, or an Fd. `wasi9p/core` takes functions only.',
        type: 'number, function or Fd',
        byDefault: "the host's; without one, and in `wasi9p/core`, lines on the console",
      },
      stderr: { text: 'As `stdout`.', type: 'number, function or Fd', byDefault: 'as `stdout`' },
      tty: {
        text: 'Which of `stdin`, `stdout` and `stderr` is a terminal to the guest (isatty(3)), each a boolean.',
        byDefault: 'those that are one of the host, and the console',
      },
      trace: TRACE,
    },
  },
  {
    call: 'wasi.finalizeBindings(instance, { memory })',
    from: ['wasi9p', 'wasi9p/core'],
    about:
      'Gives the functions the memory to work on, without starting anything. By default it is the export `memory`.',
    args: { instance: { text: 'The instance.', type: 'WebAssembly.Instance' } },
  },
  {
    call: 'serverFor(source)',
    from: ['wasi9p'],
    about:
      'The server of a volume or a backend, the same each time. That of a path is a new one, which holds the directory ' +
      'open until `close()`.',
    args: { source: { ...SOURCE, text: 'A memfs Volume, a path of the host, a Server or a backend.' } },
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
    call: 'createFs(source, options)',
    from: ['wasi9p/fs'],
    about:
      'A file system with the calls of node:fs, whose options are those of node:fs and treated as there: an unknown ' +
      'option is ignored. `unmount()` ends it.',
    args: { source: SOURCE },
    rows: FS_OPTIONS,
    options: { Buffer: BUFFER },
  },
  {
    call: 'new FileSystem(at, root, options)',
    from: ['wasi9p/fs'],
    about: 'The same over a client of your own.',
    args: {
      at: { text: 'The calls on its paths.', type: 'AtCalls' },
      root: { text: 'The fid that `/` is; it stays yours.', type: 'number' },
    },
    rows: FILE_SYSTEM_OPTIONS,
    options: {
      Buffer: BUFFER,
      onClose: { text: 'Called by `unmount()`, once no descriptor is open.', byDefault: 'none' },
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
    call: 'hostDir(path, options)',
    from: ['wasi9p/backends/hostdir'],
    about: 'A directory of this machine. `close()` closes its descriptors.',
    args: { path: { text: 'The directory, which is opened now.', type: 'string' } },
    rows: HOSTDIR_OPTIONS,
    options: {
      readOnly: { text: 'EROFS for every change.', byDefault: '`false`' },
      paths: {
        text: 'Goes by paths also where descriptors could be used, and promises less: `limits` says what.',
        byDefault: '`false`',
      },
      way: {
        text: 'The way in which the kernel is called on Linux: `openat2` or `openat` (with koffi), or `proc`. An error if it does not work here.',
        byDefault: 'the first that works',
      },
      cached: {
        text: 'Caches names and attributes. No other process may change the directory meanwhile; otherwise results may be out of date, or ESTALE. No effect with `paths`.',
        byDefault: '`false`',
      },
      maxDescriptors: {
        text: 'The most descriptors that are kept for inodes that are not in use: 64 or more.',
        byDefault: '512',
      },
    },
  },
  {
    call: 'memfs(volume, options)',
    from: ['wasi9p/backends/memfs'],
    about: 'A memfs volume. There is one backend of each; options count the first time.',
    args: {
      volume: { text: 'The result of `new Volume()` or `Volume.fromJSON()`.', type: 'Volume of memfs 4.59 or later' },
    },
    rows: MEMFS_OPTIONS,
    options: { capacity: CAPACITY },
  },
  {
    call: 'ram(options)',
    from: ['wasi9p/backends/ram'],
    about: 'An empty store in memory.',
    rows: RAM_OPTIONS,
    options: { capacity: CAPACITY },
  },
  {
    call: 'ram.clone(options)',
    from: ['wasi9p/backends/ram'],
    about: 'A store with the same files, in microseconds; what neither changes is shared, and counts in both.',
    rows: RAM_OPTIONS,
    options: { capacity: { ...CAPACITY, byDefault: 'that of the store' } },
  },
  {
    call: 'overlay(options)',
    from: ['wasi9p/backends/overlay'],
    about:
      'A copy-on-write overlay. `close()` releases its references in the layers, and leaves the given layers open.',
    rows: OVERLAY_OPTIONS,
    options: {
      lower: { text: 'The lower layer, which only `commit()` changes.' },
      upper: {
        text: 'The upper layer, which takes the changes; nothing else may use it.',
        byDefault: 'a store in memory',
      },
    },
  },
  {
    call: 'overlay.commit(options)',
    from: ['wasi9p/backends/overlay'],
    about:
      'Makes the lower layer what the overlay shows, all of it or nothing. `committing(options)` gives the same commit to ' +
      'be made a step at a time.',
    rows: COMMIT_OPTIONS,
    options: {
      durable: {
        text: 'All of it is on the disk when the commit is done; without, only its journal is.',
        byDefault: '`false`',
      },
    },
  },
  {
    call: 'settle(lower, how)',
    from: ['wasi9p/backends/overlay'],
    about:
      'Completes a commit that was cut off, or takes it back. `new Settlement(lower, how)` does it a step at a time.',
    args: {
      lower: { text: 'The lower layer of the overlay.', type: 'Backend' },
      how: { text: '`resume` completes it, `undo` takes it back.', type: 'string' },
    },
  },
  {
    call: 'unsettled(lower)',
    from: ['wasi9p/backends/overlay'],
    about: 'The unfinished commits that a kill has left. They are settled before the next commit.',
    args: { lower: { text: 'The lower layer of the overlay.', type: 'Backend' } },
  },
  {
    call: 'readOnly(backend)',
    from: ['wasi9p/backends/readonly'],
    about: 'A view of a backend through which nothing can be changed. Closing it leaves the backend open.',
    args: { backend: { text: 'The store.', type: 'Backend' } },
  },
  {
    call: 'tar(bytes, options)',
    from: ['wasi9p/backends/tar'],
    about: 'The tree of an archive, read-only. An archive that exceeds a limit is refused with a sentence.',
    args: { bytes: ARCHIVE },
    rows: TAR_OPTIONS,
    options: LIMITS,
  },
  {
    call: 'unpackTar(bytes, into, onSkip, options)',
    from: ['wasi9p/archive'],
    about: 'Unpacks an archive into a tree.',
    args: { bytes: ARCHIVE, into: PLACE, onSkip: SKIP },
    rows: TAR_OPTIONS,
    options: LIMITS,
  },
  {
    call: 'packTar(from, onSkip)',
    from: ['wasi9p/archive'],
    about: 'Packs a tree as an archive.',
    args: { from: PLACE, onSkip: SKIP },
  },
  {
    call: 'remote(where, options)',
    from: ['wasi9p/remote'],
    about:
      'A 9P2000.L server elsewhere. It is not in this thread: calls wait for it. Each session has a connection and a helper ' +
      'thread of its own, which end with it.',
    args: {
      where: {
        text: '`9p+tcp://HOST:PORT/ANAME`, `9p+unix:PATH`, `9p+ws://HOST:PORT/PATH`, `9p+wss:`, or a port; options may be parameters: `?msize=64K&timeout=5s`.',
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
    },
  },
  {
    call: 'strace(write, options)',
    from: ['wasi9p/trace'],
    about: 'A tracer for the option `trace`.',
    args: { write: { text: 'Called with each line, without its end.', type: 'function' } },
    rows: STRACE_OPTIONS,
    options: {
      only: {
        text: 'Names of WASI calls and of 9P messages, or beginnings as `path_*`: prints these alone.',
        byDefault: 'all',
      },
      time: { text: 'Prints the time of each call: since the start, and of the call itself.', byDefault: '`false`' },
    },
  },
  {
    call: 'capture(write)',
    from: ['wasi9p/trace'],
    about: 'A tracer that writes the 9P messages as a capture for Wireshark (pcapng).',
    args: { write: { text: 'Called with the bytes of the file, in order.', type: 'function' } },
  },
  {
    call: 'new MountedDirectory(name, source)',
    from: ['wasi9p/browser-wasi-shim'],
    about: 'A tree as a preopen for the WASI class of browser_wasi_shim. `close()` ends its session.',
    args: { name: { text: 'The path for the program.', type: 'string' }, source: SOURCE },
  },
  {
    call: 'new WASI(args, env, fds, options)',
    from: ['wasi9p/browser-wasi-shim'],
    about: 'The WASI class of browser_wasi_shim over our functions.',
    args: {
      args: { text: 'argv, the name of the program first.', type: 'string[]' },
      env: { text: 'Each `NAME=value`.', type: 'string[]' },
      fds: { text: 'The Fd at each number; one left out is closed.', type: 'Fd[]' },
    },
    rows: SHIM_OPTIONS,
    options: {
      debug: { text: 'If true, each call and its result go to console.log.', byDefault: '`false`' },
      trace: TRACE,
    },
  },
];
