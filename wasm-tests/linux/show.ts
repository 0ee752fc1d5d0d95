// Formats results of calls for messages.
import { errnoName } from '../../vfs/linux/errno.ts';
import { quote } from './model.ts';

/** A result as text: equal results give equal texts. A negative number is minus an errno. */
export function show(result: unknown): string {
  if (typeof result === 'number') return result < 0 ? errnoName(-result) : String(result);
  if (result instanceof Uint8Array) return `[${result.length}] ${showBytes(result)}`;
  return typeof result === 'string' ? quote(result) : JSON.stringify(result);
}

function showBytes(bytes: Uint8Array): string {
  let text = '';
  let zeros = 0;
  for (const byte of bytes) {
    if (byte === 0) {
      zeros++;
      continue;
    }
    if (zeros > 0) text += `<${zeros} zeros>`;
    zeros = 0;
    text += String.fromCharCode(byte);
  }
  return zeros > 0 ? `${text}<${zeros} zeros>` : text;
}
