// The commands `wasi9p wasmtime`, `wazero`, …: run a program by the command line of another runtime.
import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError, helpLines } from '../lib/options.ts';
import { print } from '../lib/output.ts';
import { own, type Text } from '../lib/text.ts';
import { thread } from '../lib/thread.ts';
import { closeStore, loadHostDirs, openHostDir, placeOf, type GuestMount } from '../mounts/mounts.ts';
import { environmentOf } from '../runners/apply.ts';
import { readLine, type Grammar } from '../runners/grammar.ts';
import { keyRows } from '../runners/groups.ts';
import { OTHERS } from '../runners/others.ts';
import type { Grant, RunPlan } from '../runners/run-plan.ts';
import { WASMTIME, wasmtimeOf } from '../runners/wasmtime.ts';
import { runJob } from './program/job.ts';
import { load } from './program/load.ts';
import { TRAPPED } from './program/start.ts';

export const GRAMMARS: readonly Grammar[] = [WASMTIME, ...OTHERS];

function grammarOf(name: string): Grammar {
  return GRAMMARS.find((grammar) => grammar.name === name)!;
}

const OLD_LINE = `
With WASMTIME_NEW_CLI=0 in the environment the command line is that of wasmtime 13 and older: options may follow PROGRAM
too, until its first argument or a --, which the program does not get.
`;

export function helpOfRunner(name: string): Text {
  const { usage, options, style, timedOut, refusesStatus } = grammarOf(name);
  const keys =
    name === 'wasmtime'
      ? `\nThe other keys of wasmtime are accepted without effect.\n\n${helpLines(keyRows(), '')}\n${OLD_LINE}`
      : '';
  const ends =
    timedOut === TRAPPED
      ? `${TRAPPED} if it trapped or its time was over`
      : `${TRAPPED} if it trapped; ${timedOut} if its time was over`;
  return own(`Usage: wasi9p ${name} ${usage}

Runs a WASI preview1 program by the command line of ${name}, for toolchains that call it. A symlink to wasi9p whose name
is ${name}, or ends in it, is the same. Each granted directory is a tree of its own, and the program sees nothing else.

${helpLines(options, style?.oneDash === true ? '-' : '--')}
${keys}
Other options are an error. The exit status is the program's; ${ends}; 1 if it could not
be started${refusesStatus === true ? ', or if its status is above 255' : ''}; 2 for wrong usage.
`);
}

/** Runs a command line of a runtime and returns its exit status. @throws UsageError */
export async function runAs(name: string, argv: readonly string[], version: () => Text): Promise<number> {
  const grammar = name === WASMTIME.name ? wasmtimeOf(process.env) : grammarOf(name);
  const { asks, plan, program, args } = readLine(grammar, argv);
  if (asks !== undefined) {
    print(asks === 'help' ? helpOfRunner(name) : version());
    return 0;
  }
  if (plan.needsThread && !thread.isGuest) {
    return (await import('./program/thread.ts')).runInThread(plan, [name, ...argv], grammar.timedOut);
  }
  const mounts = await mountsOf(plan);
  try {
    return await runJob({
      program,
      argv: [plan.argv0 ?? program, ...args],
      env: environmentOf(plan),
      mounts,
      separate: plan.cwd === null,
      options: new Map(),
      plan,
      lenient: true,
      timedOut: grammar.timedOut,
      refusesStatus: grammar.refusesStatus === true,
      load: (prepare) => load(program, prepare),
    });
  } finally {
    for (const backend of new Set(mounts.map((mount) => mount.backend))) closeStore(backend);
  }
}

/** Opens the granted directories. @throws Error if one cannot be opened. */
async function mountsOf({ grants, cwd }: RunPlan): Promise<GuestMount[]> {
  const all = cwd === null ? grants : unionAt(grants, cwd);
  if (all.length > 0) await loadHostDirs();
  const mounts: GuestMount[] = [];
  // Grants of one directory share a store, so that files can be renamed between them.
  const opened = new Map<string, GuestMount>();
  try {
    for (const { host, guest, readOnly = false, written, ...place } of all) {
      const { dev, ino } = directory(host, written);
      const key = `${dev} ${ino} ${readOnly}`;
      const known = opened.get(key);
      const backend = known === undefined ? openHostDir(written, host, { readOnly }) : known.backend;
      const mount = { guest, backend, host, ...place };
      opened.set(key, mount);
      mounts.push(mount);
    }
  } catch (error) {
    for (const { backend } of opened.values()) closeStore(backend);
    throw error;
  }
  return mounts;
}

/** @throws Error with a sentence if it is not a directory. */
function directory(host: string, written: string): { dev: bigint; ino: bigint } {
  const stat = statSync(host, { throwIfNoEntry: false, bigint: true });
  if (stat === undefined) throw new Error(`${written}: the directory ${host} does not exist.`);
  if (!stat.isDirectory()) throw new Error(`${written}: ${host} is a file, not a directory.`);
  return stat;
}

/** A grant, and its place in a union. */
type Placed = Grant & Pick<GuestMount, 'within' | 'hidden'>;

/**
 * One preopen `/` for a guest whose relative paths begin at `cwd`: to wasi-libc a relative path and an absolute one are
 * alike. It is the directory at `cwd`, with the grants at their names, which listings do not show. Of a grant at `/`
 * itself these are the directories in it.
 * @throws UsageError if no grant covers `cwd`.
 */
function unionAt(grants: readonly Grant[], cwd: string): Placed[] {
  const written = `-S cwd=${cwd}`;
  const below = grants.filter(({ guest }) => isWithin(cwd, guest));
  const [around] = below.sort((a, b) => b.guest.length - a.guest.length);
  if (around === undefined) throw new UsageError(`${written}: no --dir grants it.`);
  const root = { ...around, host: join(around.host, cwd.slice(around.guest.length)), guest: '/', written };
  const places = new Map<string, Placed>();
  for (const grant of grants) {
    const place = placeOf(grant.guest);
    if (place !== '/') places.set(place, { ...grant, ...(grant.guest.startsWith('..') ? {} : WITHIN) });
    else if (grant.guest.startsWith('/'))
      for (const name of directoriesIn(grant.host)) {
        const top = `/${name}`;
        if (!places.has(top)) places.set(top, { ...grant, host: join(grant.host, name), guest: top, ...WITHIN });
      }
  }
  return [root, ...places.values()];
}

const WITHIN = { within: true, hidden: true };

/** The directories in a directory, without those that this user may not open, such as /lost+found. */
function directoriesIn(host: string): string[] {
  const entries = readdirSync(host, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return entries.map(({ name }) => name).filter((name) => isOpen(join(host, name)));
}

function isOpen(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isWithin(path: string, dir: string): boolean {
  return path === dir || path.startsWith(dir.endsWith('/') ? dir : `${dir}/`);
}
