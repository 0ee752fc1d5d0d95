// The handler table: a handler for each T-message.
import { TYPE } from '../../9p/codec.gen.ts';
import type { Request } from '../request.ts';
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

/** Serves one decoded request: fills the reply `r` and returns 0, or returns the errno of Rlerror. May throw. */
export type Handler = ({ session, t, r }: Request) => number;

/** The handler of each T-message. A missing one does not compile. */
const BY_TYPE: { [N in keyof typeof TYPE as N extends `T${string}` ? (typeof TYPE)[N] : never]: Handler } = {
  [TYPE.Tstatfs]: statfs,
  [TYPE.Tlopen]: lopen,
  [TYPE.Tlcreate]: lcreate,
  [TYPE.Tsymlink]: symlink,
  [TYPE.Tmknod]: mknod,
  [TYPE.Trename]: rename,
  [TYPE.Treadlink]: readlink,
  [TYPE.Tgetattr]: getattr,
  [TYPE.Tsetattr]: setattr,
  [TYPE.Txattrwalk]: xattrwalk,
  [TYPE.Txattrcreate]: xattrcreate,
  [TYPE.Treaddir]: readdir,
  [TYPE.Tfsync]: fsync,
  [TYPE.Tlock]: lock,
  [TYPE.Tgetlock]: getlock,
  [TYPE.Tlink]: link,
  [TYPE.Tmkdir]: mkdir,
  [TYPE.Trenameat]: renameat,
  [TYPE.Tunlinkat]: unlinkat,
  [TYPE.Tversion]: version,
  [TYPE.Tauth]: auth,
  [TYPE.Tattach]: attach,
  [TYPE.Tflush]: flush,
  [TYPE.Twalk]: walk,
  [TYPE.Tread]: read,
  [TYPE.Twrite]: write,
  [TYPE.Tclunk]: clunk,
  [TYPE.Tremove]: remove,
};

/** The handlers by type; undefined for a type that no client may send. */
export const HANDLERS: (Handler | undefined)[] = Array.from(
  { length: 256 },
  (_, type) => (BY_TYPE as Record<number, Handler>)[type],
);
