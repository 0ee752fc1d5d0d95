// Identifies the process that owns a commit, so that no other process settles the commit while the owner lives.

/** The prefix of the owner file's name. */
const OWNER = 'owner.';

/** True for the name of an owner file. */
export function isOwner(name: string): boolean {
  return /^owner\.\d+\.\w+\.\w+\.\d+$/.test(name);
}

/** The part of `node:fs` and `process` used here; undefined in a browser. */
interface HostProcesses {
  pid: number;
  read(path: string): string;
  link(path: string): string;
  /** True if the process exists. */
  exists(pid: number): boolean;
}

function host(): HostProcesses | undefined {
  const { process } = globalThis as { process?: Partial<NodeJS.Process> };
  const fs = process?.getBuiltinModule?.('node:fs');
  if (process?.pid === undefined || fs === undefined) return undefined;
  return {
    pid: process.pid,
    read: (path) => orEmpty(() => fs.readFileSync(path, 'latin1')),
    link: (path) => orEmpty(() => fs.readlinkSync(path)),
    exists: (pid) => {
      try {
        process.kill!(pid, 0);
        return true;
      } catch (thrown) {
        // EPERM: another user's process.
        return (thrown as { code?: string }).code !== 'ESRCH';
      }
    },
  };
}

function orEmpty(act: () => string): string {
  try {
    return act();
  } catch {
    return '';
  }
}

/** The start time of a process, in clock ticks since boot (proc_pid_stat(5)); '' if unknown. */
function startOf({ read }: HostProcesses, pid: number): string {
  const stat = read(`/proc/${pid}/stat`);
  // The command name in parentheses may contain anything.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

/** The boot id and the pid namespace: process ids are unique only within both. */
function worldOf({ read, link }: HostProcesses): string {
  const boot = read('/proc/sys/kernel/random/boot_id').replace(/[^0-9a-f]/g, '');
  return boot + link('/proc/self/ns/pid').replace(/[^0-9]/g, '');
}

let commits = 0;
/** Owner files of ended commits of this process, which may have left a staging directory. */
const ended = new Set<string>();

/** Returns a new name for the owner file of this process. */
export function nameOwner(): string {
  const here = host();
  const count = `${++commits}`;
  if (here === undefined) return `${OWNER}0.0.0.${count}`;
  const [start, world] = [startOf(here, here.pid), worldOf(here)];
  return `${OWNER}${here.pid}.${start || '0'}.${world || '0'}.${count}`;
}

/** Notes that this process has ended the commit. */
export function endOwner(name: string): void {
  ended.add(name);
}

/** True if this process owned the commit and has ended it. */
export function isOver(name: string): boolean {
  return ended.has(name);
}

/** Returns the process id of the owner if it is alive, as far as can be known; otherwise 0. */
export function livingOwner(name: string): number {
  const [number, start, world] = name.slice(OWNER.length).split('.');
  const pid = Number(number);
  const here = host();
  if (here === undefined || !Number.isSafeInteger(pid) || pid <= 0 || ended.has(name)) return 0;
  if (world !== (worldOf(here) || '0')) return 0;
  const now = startOf(here, pid);
  // Another user's process may be hidden (proc(5), hidepid): it counts as alive.
  const lives = now === '' ? here.exists(pid) : now === start;
  return lives ? pid : 0;
}
