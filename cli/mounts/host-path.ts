// Checks the host's part of a mount option.
import { statSync } from 'node:fs';
import { hostPath } from '../lib/lossy.ts';
import { UsageError } from '../lib/options.ts';
import { reasonOf } from '../lib/reason.ts';
import { didYouMean, nearestPath } from '../lib/suggest.ts';

/** An option and its value, for messages. */
interface Written {
  readonly option: string;
  readonly value: string;
}

/**
 * Returns the path if it is a directory.
 * @param otherwise What to do about one that does not exist and that no other name is like.
 * @throws UsageError, or Error if it cannot be looked up.
 */
export function checkDirectory(written: Written, host: string, otherwise = 'create it first'): string {
  const isDirectory = check(written, host);
  if (isDirectory === true) return host;
  if (isDirectory === false) throw problem(written, `${host} is a file, not a directory${instead(written, host)}`);
  const near = nearestPath(host, (entry) => !entry.isFile());
  throw problem(written, `the directory ${host} does not exist${didYouMean(near, `: ${otherwise}.`)}`);
}

/** Returns the path if it is a file. @throws UsageError, or Error if it cannot be looked up. */
export function checkFile(written: Written, file: string): string {
  const isDirectory = check(written, file);
  if (isDirectory === false) return file;
  if (isDirectory === true) {
    throw problem(written, `${file} is a directory, not an archive: --dir or --ro mounts a directory.`);
  }
  const near = nearestPath(file, (entry) => !entry.isDirectory());
  throw problem(written, `the file ${file} does not exist${didYouMean(near)}`);
}

function problem({ option, value }: Written, what: string): UsageError {
  return new UsageError(`--${option} ${value}: ${what}`);
}

/** True for a directory, false for a file, undefined if it does not exist. @throws UsageError for `HOST:GUEST`. */
function check(written: Written, host: string): boolean | undefined {
  const isDirectory = lookUp(written, host);
  if (isDirectory !== undefined) return isDirectory;
  // Docker and others separate the two paths by one colon. `C:` is a drive.
  for (let colon = host.indexOf(':', 1); colon > 0; colon = host.indexOf(':', colon + 1)) {
    const isPath = host[colon + 1] === '/' && colon > 1;
    if (!isPath && lookUp(written, host.slice(0, colon)) === undefined) continue;
    const [guest = '', ...mode] = host.slice(colon + 1).split(':');
    if (guest === '') continue;
    const { option, value } = written;
    const rest = value.slice(host.length);
    const meant = [host.slice(0, colon), guest, ...mode.filter((word) => word === 'ro' && option === 'dir')];
    throw problem(written, `write --${option} ${meant.join('::')}${rest}, with two colons between the paths.`);
  }
  return undefined;
}

function lookUp({ option, value }: Written, host: string): boolean | undefined {
  try {
    return statSync(hostPath(host), { throwIfNoEntry: false })?.isDirectory();
  } catch (error) {
    // A component of the path is a file.
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw new Error(`--${option} ${value}: ${host} cannot be opened: ${reasonOf(error)}.`, { cause: error });
  }
}

/** The end of a sentence about a file in place of a directory: the option or the path to give. */
function instead({ value }: Written, host: string): string {
  const [, guest = '/GUEST'] = value.split('::');
  if (/\.(tar|tar\.gz|tgz)$/.test(host)) return `: --tar ${host}::${guest} mounts an archive.`;
  return ': give the directory that contains it.';
}
