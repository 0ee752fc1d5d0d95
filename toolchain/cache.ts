// A cache of files on the host's disk, keyed by a hash of their inputs.
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeDirectory } from './make-directory.ts';

/** Size of a SHA-256 hash, in bytes. */
const HASH_SIZE = 32;

/**
 * A directory of files named by the hash of what they were made from. Each begins with the SHA-256 of
 * the rest, so that a damaged one counts as absent. Several processes may use one directory.
 */
export class Cache {
  readonly dir: string;

  constructor(dir: string) {
    this.dir = dir;
  }

  get(key: string): Uint8Array<ArrayBuffer> | undefined {
    const file = this.#file(key);
    let entry: Buffer;
    try {
      entry = readFileSync(file);
    } catch {
      return undefined;
    }
    const content = entry.subarray(HASH_SIZE);
    return entry.subarray(0, HASH_SIZE).equals(sha256(content)) ? new Uint8Array(content) : undefined;
  }

  /** Stores an entry atomically: written under a temporary name, then renamed. */
  put(key: string, content: Uint8Array): void {
    makeDirectory(this.dir);
    const file = this.#file(key);
    const fresh = `${file}.${randomBytes(6).toString('hex')}`;
    try {
      writeFileSync(fresh, Buffer.concat([sha256(content), content]), { flag: 'wx' });
      renameSync(fresh, file);
    } catch (error) {
      rmSync(fresh, { force: true });
      throw error;
    }
  }

  #file(key: string): string {
    return join(this.dir, key);
  }
}

/** Returns the key of these parts, in this order: hexadecimal, usable as a file name. */
export function keyOf(parts: Iterable<string | Uint8Array>): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part;
    // The length before each part keeps ['ab', 'c'] and ['a', 'bc'] apart.
    hash.update(`${bytes.length}:`).update(bytes);
  }
  return hash.digest('hex');
}

/** Returns `node_modules/.cache/wasi9p` in the nearest directory at or above `from` with a package.json. */
export function cacheDir(from: string = process.cwd()): string {
  let root = from;
  while (!existsSync(join(root, 'package.json'))) {
    const up = dirname(root);
    if (up === root) return join(from, 'node_modules', '.cache', 'wasi9p');
    root = up;
  }
  return join(root, 'node_modules', '.cache', 'wasi9p');
}

function sha256(content: Uint8Array): Buffer {
  return createHash('sha256').update(content).digest();
}
