import { ungzip } from 'pako';

/** Unpacks gzip, several members one after the other too; any other bytes are given back as they are. @throws Error */
export function inflated(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return ungzip(bytes);
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new Error(`This gzip archive is damaged or cut off (${why}). Get the archive anew, or pack it again.`, {
      cause: thrown,
    });
  }
}
