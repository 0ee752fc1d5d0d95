/**
 * wasi9p: runs WASI preview1 programs on a file system that they reach through 9P2000.L messages only.
 * @module
 */
export { WASI, type Preopen, type Tracer, type WASIOptions } from './wasi.ts';
export type { Input, Output } from './stdio.ts';
export type { ForeignFd } from './foreign/fd.ts';
export type { Imports } from './preview1/imports.ts';
export { Namespace, type FileSystem } from '../vfs/namespace/index.ts';
export {
  Attachment,
  serverFor,
  Server,
  type Attachable,
  type Inspection,
  type LocalSource,
  type Source,
  type Transport,
} from '../vfs/connect/server-for.ts';
