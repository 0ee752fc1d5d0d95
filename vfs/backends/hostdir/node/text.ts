// Names and paths as node:fs takes them, and reserved names and characters on Windows.
import { encodeText } from '../../../lib/utf8.ts';
import { HostError } from './node.ts';

/** True if node:fs of this runtime takes and gives names as bytes, and the system has names that are bytes. */
export function hasRawNames(): boolean {
  return process.platform !== 'win32' && !('bun' in process.versions) && !('deno' in process.versions);
}

/**
 * A path or the target of a symlink for node:fs, which would write U+FFFD for a byte that is not UTF-8.
 * @throws HostError EILSEQ if the text has no bytes, or node:fs takes none here.
 */
export function pathForNode(path: string): string | Buffer {
  if (path.isWellFormed()) return path;
  const bytes = hasRawNames() ? encodeText(path) : null;
  if (bytes === null) throw new HostError('EILSEQ', 'the name is not UTF-8');
  return Buffer.from(bytes.buffer);
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
