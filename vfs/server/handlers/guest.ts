// The handlers of the messages that WASI calls need.
import { TYPE } from '../../9p/codec.gen.ts';
import type { Request } from '../request.ts';
import { getattr, setattr } from './attr.ts';
import { clunk } from './clunk.ts';
import { fsync, read, readdir, write } from './io.ts';
import { link, mkdir, readlink, symlink } from './make.ts';
import { lcreate, lopen } from './open.ts';
import { renameat, unlinkat } from './names.ts';
import { attach, version } from './session.ts';
import { walk } from './walk.ts';

/** Serves one decoded request: fills the reply `r` and returns 0, or returns the errno of Rlerror. May throw. */
export type Handler = ({ session, t, r }: Request) => number;

/** Handlers by message type; undefined for a type that is not served. */
export type Handlers = readonly (Handler | undefined)[];

/** The handler of each message that WASI calls need. */
export const GUEST = {
  [TYPE.Tlopen]: lopen,
  [TYPE.Tlcreate]: lcreate,
  [TYPE.Tsymlink]: symlink,
  [TYPE.Treadlink]: readlink,
  [TYPE.Tgetattr]: getattr,
  [TYPE.Tsetattr]: setattr,
  [TYPE.Treaddir]: readdir,
  [TYPE.Tfsync]: fsync,
  [TYPE.Tlink]: link,
  [TYPE.Tmkdir]: mkdir,
  [TYPE.Trenameat]: renameat,
  [TYPE.Tunlinkat]: unlinkat,
  [TYPE.Tversion]: version,
  [TYPE.Tattach]: attach,
  [TYPE.Twalk]: walk,
  [TYPE.Tread]: read,
  [TYPE.Twrite]: write,
  [TYPE.Tclunk]: clunk,
};

/** The handlers as an array with a place for each of the 256 types. */
export function handlersOf(byType: Readonly<Record<number, Handler>>): Handlers {
  return Array.from({ length: 256 }, (_, type) => byType[type]);
}

export const GUEST_HANDLERS: Handlers = /* @__PURE__ */ handlersOf(GUEST);
