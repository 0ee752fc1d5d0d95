// Path operations on text alone (dirname(3), basename(3)).

/** `dir` and a name or path below it; an empty one is the other. */
export function join(dir: string, name: string): string {
  if (dir === '' || name === '') return dir + name;
  return dir.endsWith('/') ? dir + name : `${dir}/${name}`;
}

/** The path without its last name: `/` for `/a`, `.` for `a` (dirname(3)). */
export function parentOf(path: string): string {
  const parent = /^(.*?)\/*[^/]*\/*$/s.exec(path)![1]!;
  return parent !== '' ? parent : path.startsWith('/') ? '/' : '.';
}

/** A path's last name (basename(3)). */
export function nameOf(path: string): string {
  return /([^/]*)\/*$/.exec(path)![1]!;
}
