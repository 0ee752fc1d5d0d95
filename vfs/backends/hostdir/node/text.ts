// Validity of names and symlink targets: UTF-8 everywhere, reserved names and characters on Windows.

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Decodes the target of a symlink; null if it is not UTF-8. */
export function decodeTarget(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

/** Reserved device names of Windows, with any extension; superscript digits count too. */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])[ ]*(\..*)?$/i;
/** Characters not valid in a name on Windows, with `:` of alternate data streams and `\` of paths. */
// oxlint-disable-next-line no-control-regex
const FORBIDDEN = /[\x00-\x1f<>:"/\\|?*]/;

/** True if Windows takes a name for a file of exactly that name. */
export function isWindowsName(name: string): boolean {
  return !DEVICE.test(name) && !FORBIDDEN.test(name) && !/[. ]$/.test(name);
}
