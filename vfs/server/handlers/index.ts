// The handlers of all T-messages.
import { TYPE } from '../../9p/codec.gen.ts';
import { statfs } from './attr.ts';
import { remove } from './clunk.ts';
import { GUEST, handlersOf, type Handler, type Handlers } from './guest.ts';
import { attachExport } from '../exports.ts';
import { withOwners } from '../owners.ts';
import { getlock, lock } from './lock.ts';
import { mknod } from './make.ts';
import { rename } from './names.ts';
import { auth, flush } from './session.ts';
import { readdirSlice } from './readdir-slice.ts';
import { xattrcreate, xattrwalk } from './xattr.ts';

/** The handler of each T-message. A missing one does not compile. */
const ALL: { [N in keyof typeof TYPE as N extends `T${string}` ? (typeof TYPE)[N] : never]: Handler } = {
  ...GUEST,
  [TYPE.Tstatfs]: statfs,
  [TYPE.Tmknod]: mknod,
  [TYPE.Trename]: rename,
  [TYPE.Txattrwalk]: xattrwalk,
  [TYPE.Txattrcreate]: xattrcreate,
  [TYPE.Tlock]: lock,
  [TYPE.Tgetlock]: getlock,
  [TYPE.Tauth]: auth,
  [TYPE.Tattach]: attachExport,
  [TYPE.Treaddir]: readdirSlice,
  [TYPE.Tflush]: flush,
  [TYPE.Tremove]: remove,
};

/** The handlers of all messages. */
export const HANDLERS: Handlers = /* @__PURE__ */ handlersOf(/* @__PURE__ */ withOwners(ALL));
