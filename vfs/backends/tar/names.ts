// The components of a path, one by one: a path may be as long as the archive, and splitting it at once takes many times
// its length.

/**
 * Returns where the next name from `from` begins and ends, past slashes and `.`; twice the path's length if there is
 * none.
 */
export function nextName(path: string, from: number): [begin: number, end: number] {
  for (let at = from; at < path.length;) {
    const slash = path.indexOf('/', at);
    const end = slash < 0 ? path.length : slash;
    const isName = end > at && !(end === at + 1 && path[at] === '.');
    if (isName) return [at, end];
    at = end + 1;
  }
  return [path.length, path.length];
}

/** Returns the names of a path, at most `most`. */
export function splitPath(path: string, most: number): string[] {
  const names: string[] = [];
  for (let [begin, end] = nextName(path, 0); begin < path.length; [begin, end] = nextName(path, end)) {
    if (names.length === most) break;
    names.push(path.slice(begin, end));
  }
  return names;
}
