import { TYPE, type Message } from '../../9p/codec.gen.ts';
import type { Session } from '../session.ts';
import { getattr, setattr, statfs } from './attr.ts';
import { clunk, remove } from './clunk.ts';
import { fsync, read, readdir, write } from './io.ts';
import { getlock, lock } from './lock.ts';
import { link, mkdir, mknod, readlink, symlink } from './make.ts';
import { lcreate, lopen } from './open.ts';
import { rename, renameat, unlinkat } from './names.ts';
import { attach, auth, flush, version } from './session.ts';
import { walk } from './walk.ts';
import { xattrcreate, xattrwalk } from './xattr.ts';

/** Serves one decoded request: fills the reply and returns 0, or returns the errno for Rlerror. */
export type Handler = (session: Session, t: Message, r: Message) => number;

/** The handler of each T-message. */
const BY_NAME: { [N in keyof typeof TYPE as N extends `T${string}` ? N : never]: Handler } = {
  Tstatfs: statfs,
  Tlopen: lopen,
  Tlcreate: lcreate,
  Tsymlink: symlink,
  Tmknod: mknod,
  Trename: rename,
  Treadlink: readlink,
  Tgetattr: getattr,
  Tsetattr: setattr,
  Txattrwalk: xattrwalk,
  Txattrcreate: xattrcreate,
  Treaddir: readdir,
  Tfsync: fsync,
  Tlock: lock,
  Tgetlock: getlock,
  Tlink: link,
  Tmkdir: mkdir,
  Trenameat: renameat,
  Tunlinkat: unlinkat,
  Tversion: version,
  Tauth: auth,
  Tattach: attach,
  Tflush: flush,
  Twalk: walk,
  Tread: read,
  Twrite: write,
  Tclunk: clunk,
  Tremove: remove,
};

/** The same by message number; undefined for what no client may send. */
export const HANDLERS: (Handler | undefined)[] = Array.from({ length: 256 });
for (const [name, handler] of Object.entries(BY_NAME)) {
  HANDLERS[TYPE[name as keyof typeof BY_NAME]] = handler;
}
