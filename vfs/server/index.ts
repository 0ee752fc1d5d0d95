// The public entry `wasi9p/server`: the server, and the parts of which a backend is made.
export { Server, type Inspection, type ServerOptions } from './server.ts';
export { Connection } from './connection.ts';
export type { ServerObserver } from './observer.ts';
export type { Transport } from '../transport/index.ts';
export type { Backend, DirCursor, OwnedBackend } from '../backend/backend.ts';
export type { Attr, SetAttr, StatFs } from '../backend/attr.ts';
export type {
  Capabilities,
  Change,
  Changes,
  CommitOptions,
  CommitResult,
  ForeignLock,
  Hidden,
  Kind,
  RecordLocks,
  Running,
  RunningCommit,
} from '../backend/capabilities.ts';
export { fillSimpleAttr } from '../backend/attr.ts';
export { BackendBase } from '../backend/base.ts';
export { EntryCursor } from '../backend/entry-cursor.ts';
export { Inode } from '../backend/inode.ts';
export * from '../backend/lookup-intent.ts';
export { SETATTR_ATIME, SETATTR_GID, SETATTR_MODE, SETATTR_MTIME, SETATTR_SIZE, SETATTR_UID } from '../9p/constants.ts';
