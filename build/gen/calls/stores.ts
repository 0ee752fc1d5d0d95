// The stores, and what changes or wraps one.
import { HOSTDIR_OPTIONS } from '../../../vfs/backends/hostdir/options.ts';
import { MEMFS_OPTIONS } from '../../../vfs/backends/memfs/backend.ts';
import { COMMIT_OPTIONS } from '../../../vfs/backends/overlay/commit/commit.ts';
import { OVERLAY_OPTIONS } from '../../../vfs/backends/overlay/options.ts';
import { RAM_OPTIONS } from '../../../vfs/backends/ram/backend.ts';
import type { Call, Meaning } from './call.ts';

const CAPACITY: Meaning = {
  text: 'Bytes before ENOSPC: file data and the memory of each inode, name, symlink and extended attribute.',
  byDefault: 'a quarter of the memory of the machine, or of the container',
};

export const STORES: readonly Call[] = [
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
];
