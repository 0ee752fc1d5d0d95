/**
 * browser_wasi_shim's interface on wasi9p: the WASI class with our functions, the rest of its names as they are, and
 * MountedDirectory, which is a file system of ours to either WASI class.
 * @module
 */
export { WASI, type Options } from './wasi.ts';
export { MountedDirectory } from './directory.ts';
export { serverFor, Server, type Inspection, type Source } from '../../vfs/connect/server-for.ts';
export {
  ConsoleStdout,
  Directory,
  Fd,
  File,
  Inode,
  OpenDirectory,
  OpenFile,
  OpenSyncOPFSFile,
  PreopenDirectory,
  SyncOPFSFile,
  WASIProcExit,
  strace,
  wasi,
} from '@bjorn3/browser_wasi_shim';
