// An open file of a MountedDirectory.
import { DescriptorFd } from './fd.ts';

/** An open file of a MountedDirectory: a fid, clunked by `fd_close`, and an offset. */
export class MountedFile extends DescriptorFd {}
