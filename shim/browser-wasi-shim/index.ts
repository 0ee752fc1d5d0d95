/**
 * The interface of browser_wasi_shim on wasi9p: the WASI class on our functions, the other names of the package
 * unchanged, and MountedDirectory, a wasi9p file system for either WASI class.
 * @module
 */
export { WASI, type Options } from './wasi.ts';
export { MountedDirectory } from './directory.ts';
export {
  serverFor,
  Server,
  type Attachable,
  type Inspection,
  type LocalSource,
  type Source,
} from '../../vfs/connect/server-for.ts';
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
