// `wasi9p commit`, and the commit at the end of `run`: steps, signals, and the messages about unsettled commits.
import { hostDir } from '../../vfs/backends/hostdir/index.ts';
import type { Backend } from '../../vfs/backend/backend.ts';
import type { Changes, CommitResult, Running } from '../../vfs/backend/capabilities.ts';
import { isStagingName } from '../../vfs/backends/overlay/commit/staging.ts';
import { Settlement, unsettled, type Unsettled } from '../../vfs/backends/overlay/index.ts';
import { E } from '../../vfs/linux/errno.ts';
import { checkDirectory } from '../mounts/host-path.ts';
import type { GuestMount } from '../mounts/mounts.ts';
import { UsageError, helpLines, parseOptions, type Option } from '../lib/options.ts';
import { print, tell } from '../lib/output.ts';
import { reasonOf, reasonOfErrno } from '../lib/reason.ts';
import { Signals } from '../lib/signals.ts';
import { own, text, type Text } from '../lib/text.ts';

/** Milliseconds of work between two checks for a signal. */
const SLICE = 10;

const OPTIONS: readonly Option[] = [
  { name: 'resume', value: 'DIR', help: 'Completes the commit.' },
  { name: 'undo', value: 'DIR', help: 'Undoes the commit: the directory is as it was before.' },
  { name: 'help', help: 'Prints this help.' },
];

export const commitHelp = own(`Usage: wasi9p commit --resume DIR | --undo DIR

Completes or undoes a commit of run --overlay DIR::GUEST --commit that was interrupted, for instance killed. Its journal
is in DIR/.wasi9p-commit. No file is lost meanwhile, but some may exist only there. After a crash of the whole machine,
only a commit with --commit=durable has its content on the disk for sure: undo any other.

${helpLines(OPTIONS)}

The exit status is 0, also if no commit was interrupted; 1 if one could not be completed or undone; 2 for wrong usage.
`);

/** A mount with changes to list or commit. */
export interface ChangedMount extends GuestMount {
  readonly changes: Changes;
}

/** Returns the two commands that settle a commit, as part of a sentence. */
function settleCommands(host: string): Text {
  return text`"wasi9p commit --resume ${host}" completes it, "wasi9p commit --undo ${host}" undoes it`;
}

/** Runs a commit to its end, or stops it at the second signal. */
async function runThrough(running: Running, signals: Signals): Promise<void> {
  for (;;) {
    for (const end = performance.now() + SLICE; performance.now() < end;) if (!running.step()) return;
    // Signal handlers run here.
    await new Promise((resolve) => setImmediate(resolve));
    if (signals.count > 1) {
      running.stop();
      return;
    }
  }
}

/** @throws Error if the lower directory of an overlay has an unsettled commit; the message says how to settle it. */
export function refuseUnsettled(mounts: readonly GuestMount[]): void {
  for (const { backend, host = '' } of mounts) {
    const { changes } = backend;
    if (changes === undefined) continue;
    const [found] = unsettledIn(changes.lower, host);
    if (found !== undefined) throw new Error(unsettledText(host, found).toString());
  }
}

/** @throws Error with a sentence if the directory cannot be listed. */
function unsettledIn(lower: Backend, host: string): readonly Unsettled[] {
  try {
    return unsettled(lower);
  } catch (error) {
    throw new Error(`${host} cannot be listed: ${reasonOf(error)}.`, { cause: error });
  }
}

/** A path below a directory, for a sentence. */
function fileOf(path: string, dir: string): Text {
  return path === '.' ? text`${dir}` : text`${path} of ${dir}`;
}

/** @param found The unsettled commit; undefined if another process has settled it. */
function unsettledText(host: string, found: Unsettled | undefined): Text {
  if (found === undefined)
    return text`Another process has settled the commit to ${host} meanwhile: check the content of the directory.`;
  const { process } = found;
  if (process !== 0) return text`Process ${process} is committing to ${host}: wait until it ends.`;
  return text`${host} has an unfinished commit: ${settleCommands(host)}.`;
}

/** Commits overlays, one after the other, and returns the exit status. */
export async function commitAll(overlays: readonly ChangedMount[], durable: boolean): Promise<number> {
  const signals = new Signals(own('finishing the commit; another signal stops it.'));
  let status = 0;
  try {
    for (const { guest, host = '', changes } of overlays) {
      const running = changes.committing({ durable });
      await runThrough(running, signals);
      const failed = failure(running.result, guest, host, changes);
      if (failed !== null) {
        status = 1;
        tell(text`wasi9p: ${failed}\n`);
      }
      if (signals.count > 1) break;
    }
  } finally {
    signals.end();
  }
  return signals.status || status;
}

/** Returns the reason of a failed commit as a sentence, or null. */
function failure(
  { errno, path, unsettled: left }: CommitResult,
  guest: string,
  host: string,
  { lower }: Changes,
): Text | null {
  if (errno === 0) return null;
  if (errno === E.EBUSY && left !== '') return unsettledText(host, unsettled(lower)[0]);
  const why =
    errno === E.EINTR
      ? text`The commit to ${host} was interrupted`
      : errno === E.EPERM && isStagingName(path)
        ? text`${path} of ${guest} cannot be committed, because its name is reserved for unfinished commits: rename or remove it`
        : text`${fileOf(path, guest)} could not be committed: ${reasonOfErrno(errno)}`;
  return left === ''
    ? text`${why}; nothing was changed.`
    : text`${why}, and the commit is unfinished: ${settleCommands(host)}.`;
}

/** Runs `wasi9p commit` and returns its exit status. @throws UsageError */
export async function commit(argv: readonly string[]): Promise<number> {
  const { options, rest } = parseOptions(OPTIONS, argv, { mixed: true });
  if (options.has('help')) {
    print(commitHelp);
    return 0;
  }
  const how = options.has('resume') ? 'resume' : 'undo';
  const [host, more] = [...(options.get('resume') ?? []), ...(options.get('undo') ?? [])];
  if (host === undefined) {
    const [dir = 'DIR'] = rest;
    const [complete, undo] = [`"wasi9p commit --resume ${dir}"`, `"wasi9p commit --undo ${dir}"`];
    throw new UsageError(`Missing --resume or --undo: ${complete} completes the commit, ${undo} undoes it.`);
  }
  if (more !== undefined) throw new UsageError('A commit is completed or undone: give --resume or --undo, once.');
  if (rest.length > 0) throw new UsageError(`${rest[0]} is one word too many: write "wasi9p commit --${how} ${host}".`);
  checkDirectory({ option: how, value: host }, host, 'give the directory whose commit was interrupted');
  const lower = hostDir(host);
  try {
    return await settle(lower, how, host);
  } finally {
    lower.close();
  }
}

async function settle(lower: Backend, how: 'resume' | 'undo', host: string): Promise<number> {
  const signals = new Signals(own('settling the commit; another signal stops it.'));
  const settlement = new Settlement(lower, how);
  try {
    await runThrough(settlement, signals);
  } finally {
    signals.end();
  }
  const { errno, path, outcome } = settlement.result;
  if (errno === E.EBUSY && isStagingName(path)) tell(text`wasi9p: ${unsettledText(host, unsettled(lower)[0])}\n`);
  else if (errno === E.EINVAL) tell(text`wasi9p: ${path} of ${host} has an invalid journal; nothing was changed.\n`);
  else if (errno === E.EINTR) tell(text`wasi9p: Interrupted: ${settleCommands(host)}.\n`);
  else if (errno !== 0) {
    tell(text`wasi9p: ${fileOf(path, host)} could not be settled: ${reasonOfErrno(errno)}; ${settleCommands(host)}.\n`);
  } else print(text`${host}: ${OUTCOMES[outcome]}\n`);
  return signals.status || (errno === 0 ? 0 : 1);
}

const OUTCOMES = {
  nothing: own('no commit was interrupted.'),
  completed: own('the commit is complete.'),
  undone: own('the commit is undone.'),
} as const;
