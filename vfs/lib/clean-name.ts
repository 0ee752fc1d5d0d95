// Lexical normalization of paths.

/**
 * The shortest path that is the same by its text, symlinks aside (cleanname(2) of Plan 9): without empty components,
 * `.` and a trailing slash; each `..` goes with the name before it. `..` of the root is the root, a relative path keeps
 * `..` at its start, and the empty path is `.`.
 */
export function cleanName(path: string): string {
  const isAbsolute = path.startsWith('/');
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '' || name === '.') continue;
    if (name !== '..') names.push(name);
    else if (names.length > 0 && names.at(-1) !== '..') names.pop();
    else if (!isAbsolute) names.push(name);
  }
  const text = names.join('/');
  return isAbsolute ? `/${text}` : text || '.';
}
