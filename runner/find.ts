// Finds the tests below paths: programs, sources beside a specification, and the specifications and snapshots of both.
import { readFileSync, readdirSync, statSync, type Dirent } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { ENDINGS } from './snapshot.ts';
import { DEFAULT_SPEC, SpecError, parseSpec, type TestSpec } from './spec.ts';

/** A test that was found. */
export interface FoundTest {
  /** The path without its ending, relative to the path given by the user: `files/rename`. */
  readonly name: string;
  /** The name of its directory's manifest.json, else the directory relative to the given path; `.` for that itself. */
  readonly suite: string;
  /** The absolute path of the program or source. */
  readonly file: string;
  /** The snapshots included. */
  readonly spec: TestSpec;
  /** The specification without the snapshots. */
  readonly given: TestSpec;
  /** The sentence of an unreadable specification; null if there is none. */
  readonly invalid: string | null;
}

/** A path that does not exist or is not a test. The message is for the user. */
export class FindError extends Error {}

const SOURCE = /\.(c|cc|cpp)$/;

/**
 * Finds the tests of files and directories, sorted by file; directories are searched to the bottom, except those whose
 * name begins with a dot, `node_modules`, and the fixtures of tests.
 * @throws FindError if a path does not exist, or is a file but neither a program nor a source.
 */
export function findTests(paths: readonly string[]): FoundTest[] {
  const found = new Map<string, FoundTest>();
  for (const path of paths) {
    const top = resolve(path);
    for (const file of filesOf(top, path)) if (!found.has(file)) found.set(file, testOf(file, top));
  }
  // A directory that holds the test itself, such as `"root": "."`, hides no tests.
  const fixtures = [...found.values()].flatMap(({ file, spec }) =>
    spec.fixtures.map(({ host }) => (host.endsWith('/') ? host : `${host}/`)).filter((dir) => !file.startsWith(dir)),
  );
  const isFixture = (file: string): boolean => fixtures.some((dir) => file.startsWith(dir));
  return [...found.values()]
    .filter(({ file }) => !isFixture(file) || paths.some((path) => resolve(path) === file))
    .sort((a, b) => (a.file < b.file ? -1 : 1));
}

function filesOf(top: string, given: string): string[] {
  const stats = statSync(top, { throwIfNoEntry: false });
  if (stats === undefined) throw new FindError(`${given} does not exist.`);
  if (stats.isDirectory()) return below(top);
  if (top.endsWith('.wasm') || SOURCE.test(top)) return [top];
  throw new FindError(`${given} is not a test: give a .wasm file, a C or C++ source, or a directory.`);
}

function below(dir: string): string[] {
  const entries = readdirSync(dir, { withFileTypes: true });
  const isFile = (entry: Dirent): boolean => entry.isFile() || entry.isSymbolicLink();
  const files = new Set(entries.filter(isFile).map(({ name }) => name));
  return entries.flatMap((entry) => {
    const { name } = entry;
    if (entry.isDirectory()) return name.startsWith('.') || name === 'node_modules' ? [] : below(join(dir, name));
    // A source is a test if it has a specification and no program is beside it.
    const stem = name.replace(/\.[^.]*$/, '');
    const isTest =
      name.endsWith('.wasm') || (SOURCE.test(name) && files.has(`${stem}.json`) && !files.has(`${stem}.wasm`));
    return isTest && files.has(name) ? [join(dir, name)] : [];
  });
}

function testOf(file: string, top: string): FoundTest {
  const stem = file.replace(/\.[^.]*$/, '');
  const base = top === file ? dirname(file) : top;
  const manifest = manifestOf(dirname(file));
  const suite = manifest?.name ?? (relative(base, dirname(file)).replaceAll('\\', '/') || '.');
  const test = { name: relative(base, stem).replaceAll('\\', '/'), suite, file };
  const emptyRoot = manifest === null;
  try {
    const text = textOf(`${stem}.json`) ?? '{}';
    const given = { ...parseSpec(text, `${stem}.json`), emptyRoot };
    return { ...test, spec: withSnapshots(given, stem), given, invalid: null };
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    return { ...test, spec: DEFAULT_SPEC, given: DEFAULT_SPEC, invalid: error.message };
  }
}

/** The manifest of a suite in the format of wasi-testsuite; null if the directory has none. */
function manifestOf(dir: string): { name: string } | null {
  try {
    const { name } = JSON.parse(textOf(join(dir, 'manifest.json')) ?? '{}') as { name?: unknown };
    return typeof name === 'string' ? { name } : null;
  } catch {
    return null;
  }
}

/**
 * Returns the text of a file; null if there is none. A fifo is not waited for.
 * @throws SpecError if it is not a regular file, or cannot be read.
 */
function textOf(path: string): string | null {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return null;
    if (stats.isFile()) return readFileSync(path, 'utf8');
  } catch (error) {
    throw new SpecError(`${path} cannot be read (${(error as { code?: string }).code}).`, { cause: error });
  }
  throw new SpecError(`${path} is not a file.`);
}

/**
 * The snapshots stand for outputs that the specification leaves out. Of a test that has any of them, a missing one stands
 * for an empty output.
 */
function withSnapshots(spec: TestSpec, stem: string): TestSpec {
  const [stdout = null, stderr = null, tree = null] = ENDINGS.map((ending) => textOf(`${stem}.${ending}`));
  if (stdout === null && stderr === null && tree === null) return spec;
  return {
    ...spec,
    stdout: spec.stdout ?? { text: stdout ?? '', open: false },
    stderr: spec.stderr ?? { text: stderr ?? '', open: false },
    tree: tree ?? '',
  };
}

/** The name of a file without its directory and ending, as a specification's suite lists it. */
export function shortName({ file }: FoundTest): string {
  return basename(file).replace(/\.[^.]*$/, '');
}
