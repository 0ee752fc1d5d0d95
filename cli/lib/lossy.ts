// Tells texts that are not what the system passed, or would not be passed as they are: see bytes.ts.
import { readlinkSync } from 'node:fs';
import { bytesOf, decodeText } from '../../vfs/lib/utf8.ts';

/** True if Node has lost bytes of a word, or may have. */
export function isLossy(word: string): boolean {
  return word.includes('\ufffd');
}

/** True if a text of vfs/lib/utf8.ts holds bytes that are not UTF-8. */
export function isRaw(word: string): boolean {
  return /[\ud800-\udfff]/u.test(word);
}

/** A path for node:fs, which would write U+FFFD for a byte that is not UTF-8. */
export function hostPath(path: string): string | Buffer {
  return isRaw(path) ? Buffer.from(bytesOf(path).buffer) : path;
}

/** The current directory, without loss where the system tells. */
export function currentDirectory(): string {
  const path = process.cwd();
  if (!isLossy(path)) return path;
  try {
    return decodeText(readlinkSync('/proc/self/cwd', { encoding: 'buffer' }));
  } catch {
    return path;
  }
}
