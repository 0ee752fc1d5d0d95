// Validity of names and symlink targets: UTF-8 everywhere, reserved names and characters on Windows.

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The target of a symlink; null when its bytes are no UTF-8. */
export function decodeTarget(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

/** What Windows takes for a device, with any extension: also with superscript digits. */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])[ ]*(\..*)?$/i;
/** Characters that cannot be in a name, `:` of alternate data streams and `\` of paths among them. */
// oxlint-disable-next-line no-control-regex
const FORBIDDEN = /[\x00-\x1f<>:"/\\|?*]/;

/** Whether Windows would take a name for something else than a file of exactly that name. */
export function isWindowsName(name: string): boolean {
  return !DEVICE.test(name) && !FORBIDDEN.test(name) && !/[. ]$/.test(name);
}
