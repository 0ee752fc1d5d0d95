// The mounts that the machine makes, with the suites on each, and the words of the command line that choose among them.

/**
 * A mount: transport, export, cache, and the suites that run on it.
 * @typedef {readonly [transport: string, aname: string, cache: string, suites: readonly string[]]} Row
 */

export const SUITES = ['orphans', 'operations', 'git', 'tar', 'locks', 'mappings', 'xattrs', 'processes'];

/** @type {readonly Row[]} */
const ROWS = [
  // The programs are right if they pass here.
  ['tmpfs', 'tmpfs', 'tmpfs', ['mappings', 'locks', 'processes']],
  ['tcp', 'ram', 'none', SUITES],
  ['tcp', 'ram', 'loose', SUITES],
  ['tcp', 'ram', 'mmap', ['orphans', 'git', 'locks', 'mappings', 'processes']],
  ['tcp', 'dir', 'none', SUITES],
  ['tcp', 'dir', 'loose', ['orphans', 'git', 'mappings']],
  ['tcp', 'overlay', 'none', SUITES],
  ['unix', 'ram', 'none', ['operations', 'git', 'tar']],
];

/** With --quick. @type {readonly Row[]} */
const QUICK = [
  ['tcp', 'ram', 'none', ['orphans', 'operations', 'git', 'locks']],
  ['tcp', 'ram', 'loose', ['orphans', 'git']],
];

/** In v86, where one mount is possible at a time. @type {readonly Row[]} */
const V86 = [
  ['virtio', 'ram', 'none', ['orphans', 'operations']],
  ['virtio', 'ram', 'loose', ['orphans']],
];

/** The programs that --quick leaves out: each sends 60,000 to 200,000 messages, a minute under emulation. */
export const LONG = ['half-removed-directory', 'ten-thousand-orphans', 'unlink-during-readdir'];

const OPTIONS = ['--quick', '--verbose', '--stats'];

/**
 * What to run: a word names rows by one of their words, a suite, or a program of the orphan matrix.
 * @param {readonly string[]} argv @param {readonly string[]} programs All programs of the matrix.
 * @param {'qemu' | 'v86'} machine
 * @returns {{ rows: Row[], programs: string[], options: Set<string> }}
 * @throws Error with a sentence
 */
export function planOf(argv, programs, machine) {
  const options = new Set(argv.filter((word) => word.startsWith('--')));
  const words = argv.filter((word) => !word.startsWith('--'));
  const isQuick = options.has('--quick');
  const all = machine === 'v86' ? V86 : isQuick ? QUICK : ROWS;
  const known = new Set([...SUITES, ...programs, ...all.flatMap((row) => row.slice(0, 3))]);
  const wrong = [...options].find((each) => !OPTIONS.includes(each)) ?? words.find((word) => !known.has(word));
  if (wrong !== undefined) throw new Error(`${wrong} is none of ${[...OPTIONS, ...known].join(', ')}`);
  const suites = words.filter((word) => SUITES.includes(word));
  const only = words.filter((word) => programs.includes(word));
  const places = words.filter((word) => !suites.includes(word) && !only.includes(word));
  /** @type {Row[]} */
  const rows = [];
  for (const [transport, aname, cache, own] of all) {
    if (!places.every((place) => [transport, aname, cache].includes(place))) continue;
    const chosen = suites.length === 0 ? own : own.filter((suite) => suites.includes(suite));
    if (chosen.length > 0) rows.push([transport, aname, cache, chosen]);
  }
  if (rows.length === 0) throw new Error(`no row is of all these words: ${words.join(' ')}`);
  return {
    rows,
    programs: only.length > 0 ? only : programs.filter((name) => !isQuick || !LONG.includes(name)),
    options,
  };
}
