// File systems with the calls of node:fs, and archives.
import { TAR_OPTIONS } from '../../../vfs/backends/tar/format/limits.ts';
import { FILE_SYSTEM_OPTIONS, FS_OPTIONS } from '../../../vfs/fs/file-system.ts';
import { SOURCE, type Call, type Meaning } from './call.ts';

const BUFFER: Meaning = {
  text: 'The class Buffer: bytes are then Buffers, as those of node:fs, for code that calls their methods.',
  byDefault: 'none: bytes are Uint8Array',
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

export const FILES: readonly Call[] = [
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
];
