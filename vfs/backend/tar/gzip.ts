import { ungzip } from 'pako';

interface Zlib {
  gunzipSync(bytes: Uint8Array): Uint8Array;
}

/** node:zlib, which is three times as fast as what runs everywhere; asked for at run time, for a browser has none. */
function nodeZlib(): Zlib | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return process?.getBuiltinModule?.('node:zlib') as Zlib | undefined;
}

/**
 * Unpacks gzip, several members one after the other too; any other bytes are given back as they are.
 * @param zlib Undefined: as in a browser.
 * @throws Error
 */
export function inflated(bytes: Uint8Array, zlib = nodeZlib()): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    if (zlib === undefined) return ungzip(bytes);
    const { buffer, byteOffset, length } = zlib.gunzipSync(bytes);
    return new Uint8Array(buffer, byteOffset, length);
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new Error(`This gzip archive is damaged or cut off (${why}). Get the archive anew, or pack it again.`, {
      cause: thrown,
    });
  }
}
