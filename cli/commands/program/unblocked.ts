// Nonblocking descriptors of this process's streams, for a guest that may have to be ended while it waits for one.
import * as fs from 'node:fs';
import { Socket } from 'node:net';

/** Keeps the sockets below from being collected. */
const sockets: Socket[] = [];

/**
 * Returns a nonblocking descriptor of the same pipe, socket or terminal: nothing ends a guest while it waits in read(2)
 * or write(2), but only while it waits for another try. Returns `fd` for others.
 */
export function unblocked(fd: number): number {
  try {
    const stat = fs.fstatSync(fd);
    if (stat.isSocket()) {
      // It cannot be opened anew. libuv makes it nonblocking, and Node puts that back at the end of the process.
      sockets.push(new Socket({ fd, readable: false, writable: false }).unref());
      return fd;
    }
    if (!stat.isFIFO() && !stat.isCharacterDevice()) return fd;
    const access = fd === 0 ? fs.constants.O_RDONLY : fs.constants.O_WRONLY;
    return fs.openSync(`/proc/self/fd/${fd}`, access | (fs.constants.O_NONBLOCK ?? 0));
  } catch {
    return fd;
  }
}
