// A file system of one's own: a read-only backend over a JSON object. node examples/json-backend.mjs
import { BackendBase, EntryCursor, Inode, fillSimpleAttr } from 'wasi9p/server';
import { E, S_IFDIR, S_IFLNK, S_IFREG } from 'wasi9p/linux';

/**
 * A file: a string is a text file; an object has `entries` if it is a directory, `target` if it is a symlink, `base64`
 * if it is a file of bytes. `mode` are permission bits, `mtime` seconds and nanoseconds since 1970.
 * @typedef {string | { mode?: number, mtime?: [sec: number, nsec: number], text?: string, base64?: string,
 *   target?: string, entries?: Record<string, JsonFile> }} JsonFile
 */

const encoder = new TextEncoder();

/** An inode has a number, a kind, and the data that the store needs to answer. */
class JsonInode extends Inode {
  /** @type {Map<string, JsonInode>} The entries of a directory. */
  entries = new Map();

  /**
   * @param {() => number} nextIno Returns a new inode number.
   * @param {JsonFile} file
   * @param {JsonInode | null} parent null for the root.
   */
  constructor(nextIno, file, parent) {
    const {
      mode,
      mtime = [0, 0],
      text = '',
      base64,
      target,
      entries,
    } = typeof file === 'string' ? { text: file } : file;
    super(nextIno(), entries ? S_IFDIR : target === undefined ? S_IFREG : S_IFLNK);
    /** @type {JsonInode} */
    this.parent = parent ?? this;
    this.mode = this.kind | (mode ?? (entries ? 0o755 : target === undefined ? 0o644 : 0o777));
    this.mtime = mtime;
    this.target = target ?? '';
    this.data = base64 === undefined ? encoder.encode(target ?? text) : bytesOf(base64);
    for (const [name, child] of Object.entries(entries ?? {})) {
      this.entries.set(name, new JsonInode(nextIno, child, this));
    }
  }
}

/** @param {string} base64 */
function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/** The files of a JSON object. BackendBase answers everything else: each change is EROFS. */
export class JsonBackend extends BackendBase {
  name = 'json';

  /** @param {Record<string, JsonFile>} entries The files in the root directory. */
  constructor(entries) {
    super();
    let inos = 0;
    this.top = new JsonInode(() => ++inos, { entries }, null);
  }

  root() {
    return this.top;
  }

  /** @param {JsonInode} dir @param {string} name */
  lookup(dir, name) {
    return dir.entries.get(name) ?? E.ENOENT;
  }

  /** @param {JsonInode} dir */
  parent(dir) {
    return dir.parent;
  }

  /** @param {JsonInode} inode @param {import('wasi9p/server').Attr} out */
  getattr({ mode, data, mtime }, out) {
    fillSimpleAttr(out, mode, data.length, ...mtime);
    return 0;
  }

  /** @override @param {JsonInode} inode */
  readlink({ target }) {
    return target;
  }

  /**
   * @param {JsonInode} inode @param {number} _handle @param {number} offset
   * @param {Uint8Array} u8 @param {number} start @param {number} end
   */
  read({ data }, _handle, offset, u8, start, end) {
    const part = data.subarray(offset, offset + (end - start));
    u8.set(part, start);
    return part.length;
  }

  /** @param {JsonInode} dir */
  list(dir) {
    return new EntryCursor(dir.entries);
  }
}

// Shows it, when this file is the program.
if (process.argv[1] === import.meta.filename) {
  const { createFs } = await import('wasi9p/fs');
  const backend = new JsonBackend({
    'hello.txt': 'Hello from JSON.\n',
    bin: { entries: { tool: { mode: 0o755, text: '#!/bin/sh\n' }, link: { target: 'tool' } } },
  });
  const fs = createFs(backend);
  console.log(fs.readFileSync('/hello.txt', 'utf8'), fs.readdirSync('/bin'), fs.statSync('/bin/link').mode.toString(8));
  try {
    fs.writeFileSync('/new', '');
  } catch (error) {
    console.log('a change:', /** @type {NodeJS.ErrnoException} */ (error).code);
  }
  fs.unmount();
  backend.close();
}
