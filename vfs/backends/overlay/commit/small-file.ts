// Whole reads and synced writes of the small files of a commit.
import { O_RDONLY, O_WRONLY, S_IFDIR, S_IFREG } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import type { Backend } from '../../../backend/backend.ts';
import type { Inode } from '../../../backend/inode.ts';
import { attempt } from '../layer/layer.ts';
import { check, fail } from '../layer/walk.ts';

/** Characters buffered before a write. */
const PIECE = 1 << 20;

/** The most bytes of such a file. It is read into one string, and a string of V8 has at most 512 Mi characters. */
const SIZE_MAX = 1 << 28;

/** Writes a new file and syncs it. Returns 0 or an errno; EFBIG if the file would have more than `most` bytes. */
export function writeText(lower: Backend, inode: Inode, pieces: Iterable<string>, most = SIZE_MAX): number {
  const handle = lower.open(inode, O_WRONLY);
  if (handle < 0) return -handle;
  const encoder = new TextEncoder();
  let [at, waiting] = [0, ''];
  const flush = (): number => {
    const bytes = encoder.encode(waiting);
    waiting = '';
    if (at + bytes.length > most) return E.EFBIG;
    for (let done = 0; done < bytes.length;) {
      const count = lower.write(inode, handle, at, bytes, done, bytes.length);
      if (count <= 0) return count < 0 ? -count : E.ENOSPC;
      done += count;
      at += count;
    }
    return 0;
  };
  try {
    for (const piece of pieces) {
      waiting += piece;
      const errno = waiting.length < PIECE ? 0 : flush();
      if (errno !== 0) return errno;
    }
    return flush() || attempt(() => lower.fsync(inode, handle, false));
  } finally {
    lower.closeHandle(inode, handle);
  }
}

/**
 * Reads a file as text.
 * @throws Error EINVAL if the file is larger than `writeText` makes one; the errno of open or read.
 */
export function readText(lower: Backend, inode: Inode): string {
  const size = lower.size(inode);
  if (size > SIZE_MAX) fail(E.EINVAL);
  const bytes = new Uint8Array(size);
  const handle = lower.open(inode, O_RDONLY);
  if (handle < 0) fail(-handle);
  try {
    let done = 0;
    while (done < bytes.length) {
      const count = lower.read(inode, handle, done, bytes, done, bytes.length);
      if (count < 0) fail(-count);
      if (count === 0) break;
      done += count;
    }
    return new TextDecoder().decode(bytes.subarray(0, done));
  } finally {
    lower.closeHandle(inode, handle);
  }
}

/**
 * Calls fsync(2) on a file or a directory; skipped if it cannot be opened, and its errors are ignored for a directory,
 * since not every system supports it.
 * @throws Error for the errno of fsync(2) on a file.
 */
export function sync(lower: Backend, inode: Inode): void {
  if (inode.kind !== S_IFDIR && inode.kind !== S_IFREG) return;
  const handle = lower.open(inode, O_RDONLY);
  if (handle < 0) return;
  try {
    const errno = attempt(() => lower.fsync(inode, handle, false));
    if (inode.kind !== S_IFDIR) check(errno);
  } finally {
    lower.closeHandle(inode, handle);
  }
}
