// The exports of the server to other layers.
export { Server, type Inspection, type ServerOptions } from './server.ts';
export { Connection } from './connection.ts';
export type { ServerObserver } from './observer.ts';
export type { Attr, Backend, Capabilities, DirCursor, SetAttr, StatFs } from '../backend/backend.ts';
export { Inode } from '../backend/inode.ts';
