// Identifies the process that owns a commit, so that no other process settles the commit while the owner lives.

/** What the name of the file begins with that says it. */
const OWNER = 'owner.';

/** Whether a file says who the owner is. */
export function isOwner(name: string): boolean {
  return /^owner\.\d+\.\w+\.\w+\.\d+$/.test(name);
}

/** `node:fs` as far as it is wanted here; undefined in a browser. */
interface Host {
  pid: number;
  read(path: string): string;
  link(path: string): string;
  /** Whether there is such a process. */
  exists(pid: number): boolean;
}

function host(): Host | undefined {
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
        // EPERM: it is another user's.
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

/** When a process started, in ticks since the machine did (proc_pid_stat(5)); '' where it cannot be told. */
function startOf({ read }: Host, pid: number): string {
  const stat = read(`/proc/${pid}/stat`);
  // Its name, in parentheses, may hold anything.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

/** The machine since it was started, and the numbers of its processes: other containers have others. */
function worldOf({ read, link }: Host): string {
  const boot = read('/proc/sys/kernel/random/boot_id').replace(/[^0-9a-f]/g, '');
  return boot + link('/proc/self/ns/pid').replace(/[^0-9]/g, '');
}

let commits = 0;
/** Those of this process that are at their end, and may have left something. */
const ended = new Set<string>();

/** A name for the file that says that this process is the owner. */
export function nameOwner(): string {
  const here = host();
  const count = `${++commits}`;
  if (here === undefined) return `${OWNER}0.0.0.${count}`;
  const [start, world] = [startOf(here, here.pid), worldOf(here)];
  return `${OWNER}${here.pid}.${start || '0'}.${world || '0'}.${count}`;
}

/** This process does nothing more about it. */
export function endOwner(name: string): void {
  ended.add(name);
}

/** Whether the owner is this process, and at its end. */
export function isOver(name: string): boolean {
  return ended.has(name);
}

/** The number of the process if it still lives, as far as that can be told; else 0. */
export function livingOwner(name: string): number {
  const [number, start, world] = name.slice(OWNER.length).split('.');
  const pid = Number(number);
  const here = host();
  if (here === undefined || !Number.isSafeInteger(pid) || pid <= 0 || ended.has(name)) return 0;
  if (world !== (worldOf(here) || '0')) return 0;
  const now = startOf(here, pid);
  // Another user's may be hidden (proc(5), hidepid): what cannot be told apart is taken for alive.
  const lives = now === '' ? here.exists(pid) : now === start;
  return lives ? pid : 0;
}
