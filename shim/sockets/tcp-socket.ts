// The base class of a guest's sockets: the calls of a socket, each with the answer of a socket that does not support it.
import { streamStatus } from '../preview1/descriptors/status.ts';
import { Descriptor } from '../preview1/descriptors/descriptor.ts';
import { FILETYPE } from '../preview1/abi/structs.ts';
import { RIGHTS } from '../preview1/abi/rights.ts';
import type { FileStatus } from '../../vfs/client/attributes.ts';
import type { Iov } from '../../vfs/lib/iov.ts';

/** The rights of every socket. wasi-libc takes a descriptor for O_RDWR that has the first two. */
const RIGHTS_SOCKET =
  RIGHTS.FD_READ |
  RIGHTS.FD_WRITE |
  RIGHTS.FD_FDSTAT_SET_FLAGS |
  RIGHTS.FD_FILESTAT_GET |
  RIGHTS.POLL_FD_READWRITE |
  RIGHTS.SOCK_SHUTDOWN;

/** A socket. Results are as those of Descriptor: 0 or an errno, or a count or −errno. */
export abstract class TcpSocket extends Descriptor {
  filetype = FILETYPE.SOCKET_STREAM;
  /** True if the guest has it from the start. */
  readonly isPreopen: boolean = false;

  /** @param rights The rights besides those of every socket. */
  constructor(rights = 0) {
    super(RIGHTS_SOCKET | rights, RIGHTS_SOCKET | rights);
  }

  override stat(into: FileStatus): number {
    streamStatus(into, this.filetype, 0);
    return 0;
  }

  /** accept4(2), with WASI fdflags: a new descriptor, which the caller closes, or an errno. */
  abstract accept(fdflags: number): Descriptor | number;

  /** recvmsg(2), with WASI riflags: the bytes received, 0 at the end; or −errno. */
  abstract recv(iov: Iov, riflags: number): number;

  /** shutdown(2), with WASI sdflags. */
  abstract shutdown(sdflags: number): number;

  override read(iov: Iov): number {
    return this.recv(iov, 0);
  }
}
