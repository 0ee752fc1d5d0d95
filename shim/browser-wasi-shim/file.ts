// An open file of a MountedDirectory.
import type { FileDescriptor } from '../preview1/descriptors/file.ts';
import { DescriptorFd } from './fd.ts';

/** A fid and an offset; `fd_close` clunks the fid. */
export class MountedFile extends DescriptorFd<FileDescriptor> {}
