// A preopened directory that tells of paths it does not have: the command line then says what could be granted.
import type { FileStatus } from '../vfs/client/attributes.ts';
import type { AtCalls } from '../vfs/client/at/at-calls.ts';
import { E, OUTSIDE } from '../vfs/linux/errno.ts';
import { OFLAGS } from './preview1/abi/structs.ts';
import type { OpenRequest } from './preview1/descriptors/descriptor.ts';
import { DirectoryDescriptor } from './preview1/descriptors/directory.ts';

/** Called with a path as the guest wrote it below the preopen; `creates` is true if it was to be made. */
export type Missed = (path: string, creates: boolean) => void;

export class WatchedDirectory extends DirectoryDescriptor {
  private readonly missed: Missed;

  constructor(at: AtCalls, fid: number, missed: Missed) {
    super(at, fid);
    this.missed = missed;
  }

  override openat(path: string, request: OpenRequest): ReturnType<DirectoryDescriptor['openat']> {
    const result = super.openat(path, request);
    if (result === E.ENOENT || result === OUTSIDE) this.missed(path, (request.oflags & OFLAGS.CREAT) !== 0);
    return result;
  }

  override statat(path: string, follow: boolean, into: FileStatus): number {
    const errno = super.statat(path, follow, into);
    if (errno === E.ENOENT || errno === OUTSIDE) this.missed(path, false);
    return errno;
  }
}
