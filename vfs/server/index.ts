// The exports of the server to other layers.
export { Server, type Inspection, type ServerOptions } from './server.ts';
export { Session } from './session.ts';
export type { Attr, Backend, Capabilities, DirCursor, SetAttr, StatFs } from '../backend/backend.ts';
export { Inode } from '../backend/inode.ts';
