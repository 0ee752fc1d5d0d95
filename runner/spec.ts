// The specification of a test, NAME.json beside NAME.wasm: both dialects of wasi-testsuite, and keys of this runner.
import { dirname, resolve } from 'node:path';

/** A directory that a test sees: a copy-on-write view of a directory of the host. */
export interface Fixture {
  /** The preopened path: `/`, or a name. */
  readonly guest: string;
  /** The absolute path of the directory. */
  readonly host: string;
}

/** The expected output of a stream: all of it, or its beginning. */
export interface ExpectedOutput {
  readonly text: string;
  /** True if more may follow, as with the `read` operation of wasi-testsuite, which reads as many bytes. */
  readonly open: boolean;
}

/** One test's arguments, files and expected results. */
export interface TestSpec {
  /** The arguments after the program's name. */
  readonly args: readonly string[];
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly fixtures: readonly Fixture[];
  /**
   * True if a test without fixtures gets an empty file system with a directory /tmp. False in a suite with a
   * manifest.json: as in wasi-testsuite, its tests have the directories of their specification and no others.
   */
  readonly emptyRoot: boolean;
  /** True for an empty /tmp beside the fixtures. */
  readonly tmp: boolean;
  readonly stdin: string;
  /** Further arguments of the compiler, for a test in C or C++. */
  readonly flags: readonly string[];
  readonly exitCode: number;
  /** null: not compared. */
  readonly stdout: ExpectedOutput | null;
  readonly stderr: ExpectedOutput | null;
  /** The snapshot of the changed files, see snapshot.ts; null: not compared. */
  readonly tree: string | null;
  /** Milliseconds; null: the runner's default. */
  readonly timeout: number | null;
  /** True if the test fails when it leaves files in /tmp, or unlinked files open. */
  readonly noLeaks: boolean;
  /** The reason why this runner cannot run the test; null if it can. */
  readonly unsupported: string | null;
}

/** The specification of a test without a file. */
export const DEFAULT_SPEC: TestSpec = {
  args: [],
  env: {},
  fixtures: [],
  emptyRoot: true,
  tmp: false,
  stdin: '',
  flags: [],
  exitCode: 0,
  stdout: null,
  stderr: null,
  tree: null,
  timeout: null,
  noLeaks: false,
  unsupported: null,
};

/** The longest time of a timer, in milliseconds. */
export const MOST_MS = 2 ** 31 - 1;

/** A specification that cannot be read. The message is for the user. */
export class SpecError extends Error {}

type Json = Readonly<Record<string, unknown>>;

/** The keys of the first dialect, and those of this runner, which both dialects may have. */
const PLAIN_KEYS = ['args', 'env', 'root', 'dirs', 'exit_code', 'stdout', 'stderr'];
const OPERATION_KEYS = ['operations', 'proposals', 'world', 'servers', 'debug'];
const OWN_KEYS = ['stdin', 'flags', 'timeout', 'tmp', 'leaks', 'name', 'description'];

/**
 * Parses the text of a specification.
 * @param file Its path: `root` and `dirs` are relative to its directory.
 * @throws SpecError if it is not JSON, or a key is unknown or has a value of another type.
 */
export function parseSpec(text: string, file: string): TestSpec {
  const json = parseJson(text, file);
  const reader = new Reader(json, file);
  const isOperations = OPERATION_KEYS.some((key) => json[key] !== undefined);
  const known = [...(isOperations ? OPERATION_KEYS : PLAIN_KEYS), ...OWN_KEYS];
  const unknown = Object.keys(json).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    const mixed = isOperations && PLAIN_KEYS.includes(unknown);
    throw new SpecError(
      `${file}: ${mixed ? `"${unknown}" cannot be used with "operations"` : `unknown key "${unknown}"`}.`,
    );
  }
  const common = {
    tmp: reader.boolean('tmp', false),
    stdin: reader.string('stdin', ''),
    flags: reader.strings('flags'),
    timeout: reader.milliseconds('timeout'),
    noLeaks: !reader.boolean('leaks', true),
  };
  return { ...DEFAULT_SPEC, ...common, ...(isOperations ? ofOperations(reader, json, file) : ofPlainKeys(reader)) };
}

function parseJson(text: string, file: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new SpecError(`${file} is not JSON: ${(error as Error).message}.`, { cause: error });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw new SpecError(`${file} must hold one JSON object.`);
}

/** The first dialect: args, env, root or dirs, exit_code, stdout, stderr. */
function ofPlainKeys(reader: Reader): Partial<TestSpec> {
  const whole = (text: string | null): ExpectedOutput | null => (text === null ? null : { text, open: false });
  return {
    args: reader.strings('args'),
    env: reader.variables('env'),
    fixtures: [...reader.root(), ...reader.dirs()],
    exitCode: reader.integer('exit_code', 0),
    stdout: whole(reader.string('stdout', null)),
    stderr: whole(reader.string('stderr', null)),
  };
}

/** The second dialect: a list of operations. Those that need a network or a signal are not supported. */
function ofOperations(reader: Reader, json: Json, file: string): Partial<TestSpec> {
  const { operations = [{ type: 'run' }, { type: 'wait' }], proposals = [], world = 'wasi:cli/command' } = json;
  if (!Array.isArray(operations)) throw new SpecError(`${file}: "operations" must be an array.`);
  if (!Array.isArray(proposals)) throw new SpecError(`${file}: "proposals" must be an array.`);
  const spec: { -readonly [Key in keyof TestSpec]?: TestSpec[Key] } = {};
  const read: Record<string, string> = {};
  let stdin = reader.string('stdin', '');
  let unsupported: string | null = null;
  if (proposals.length > 0) unsupported = `it needs ${proposals.join(', ')}`;
  if (world !== 'wasi:cli/command') unsupported = `its world is ${String(world)}`;
  if (json['servers'] !== undefined) unsupported = 'it needs servers';
  operations.forEach((value: unknown, at) => {
    const step = new Reader(parseStep(value, file, at), file, `operations[${at}].`);
    const type = step.string('type', '');
    switch (type) {
      case 'run':
        Object.assign(spec, { args: step.strings('args'), env: step.variables('env'), fixtures: step.root() });
        break;
      case 'wait':
        spec.exitCode = step.integer('exit_code', 0);
        break;
      case 'read': {
        const id = step.string('id', 'stdout');
        if (id !== 'stdout' && id !== 'stderr') throw new SpecError(`${file}: operations[${at}] reads from "${id}".`);
        read[id] = (read[id] ?? '') + step.string('payload', '');
        break;
      }
      case 'write':
        stdin += step.string('payload', '');
        break;
      case 'connect':
      case 'send':
      case 'recv':
      case 'request':
      case 'kill':
        unsupported ??= `it has the operation ${type}`;
        break;
      default:
        throw new SpecError(`${file}: operations[${at}] has the unknown type "${type}".`);
    }
  });
  const begin = (text: string | undefined): ExpectedOutput | null => (text === undefined ? null : { text, open: true });
  return { ...spec, stdin, stdout: begin(read['stdout']), stderr: begin(read['stderr']), unsupported };
}

function parseStep(value: unknown, file: string, at: number): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw new SpecError(`${file}: operations[${at}] must be an object.`);
}

/** Reads the keys of an object with their types. All methods throw a SpecError. */
class Reader {
  private readonly json: Json;
  private readonly file: string;
  private readonly where: string;

  constructor(json: Json, file: string, where = '') {
    this.json = json;
    this.file = file;
    this.where = where;
  }

  private wrong(key: string, kind: string): SpecError {
    return new SpecError(`${this.file}: "${this.where}${key}" must be ${kind}.`);
  }

  string<Default extends string | null>(key: string, otherwise: Default): string | Default {
    const value = this.json[key] ?? otherwise;
    if (typeof value !== 'string' && value !== null) throw this.wrong(key, 'a string');
    return value as string | Default;
  }

  boolean(key: string, otherwise: boolean): boolean {
    const value = this.json[key] ?? otherwise;
    if (typeof value !== 'boolean') throw this.wrong(key, 'true or false');
    return value;
  }

  integer(key: string, otherwise: number): number {
    const value = this.json[key] ?? otherwise;
    if (typeof value !== 'number' || !Number.isInteger(value)) throw this.wrong(key, 'an integer');
    return value;
  }

  /** A time in milliseconds, from 1 to MOST_MS; null if there is none. */
  milliseconds(key: string): number | null {
    const value = this.json[key] ?? null;
    if (value !== null && !(typeof value === 'number' && value >= 1 && value <= MOST_MS)) {
      throw this.wrong(key, `a number of milliseconds from 1 to ${MOST_MS}`);
    }
    return value;
  }

  strings(key: string): string[] {
    const value = this.json[key] ?? [];
    if (!Array.isArray(value) || value.some((each) => typeof each !== 'string')) {
      throw this.wrong(key, 'an array of strings');
    }
    return value as string[];
  }

  variables(key: string): Record<string, string> {
    const value = this.json[key] ?? {};
    if (typeof value !== 'object' || Array.isArray(value)) throw this.wrong(key, 'an object');
    if (Object.values(value).some((each) => typeof each !== 'string')) throw this.wrong(key, 'an object of strings');
    return { ...value } as Record<string, string>;
  }

  /** `root`: a directory that is the guest's `/`. */
  root(): Fixture[] {
    const root = this.string('root', null);
    return root === null ? [] : [{ guest: '/', host: this.path(root) }];
  }

  /** `dirs`: directories under their own names, or an object of guest paths. */
  dirs(): Fixture[] {
    const dirs = this.json['dirs'] ?? [];
    if (!Array.isArray(dirs)) {
      return Object.entries(this.variables('dirs')).map(([guest, host]) => ({ guest, host: this.path(host) }));
    }
    return this.strings('dirs').map((guest) => ({ guest, host: this.path(guest) }));
  }

  private path(path: string): string {
    return resolve(dirname(this.file), path);
  }
}
