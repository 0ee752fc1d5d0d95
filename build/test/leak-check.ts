// Replaces `uvu` in tests: after each test it checks for open sessions, descriptors, timers, listeners and processes. It also
// leaves out the tests that the runner's name filter does not pick, and prints the reason of each skip for the runner.
import { readdirSync, readlinkSync } from 'node:fs';
import * as uvu from 'uvu';
import { Server } from '../../vfs/server/server.ts';
import type { Session } from '../../vfs/server/session.ts';

/** Milliseconds granted to resources that end by themselves (a child process, a timer). Less than hostdir's linger. */
const GRACE = 500;

type Timer = { _destroyed?: boolean };

const sessions = new Set<Session>();
const timers = new Set<Timer>();

const { connected, disconnected } = Server.prototype;
Server.prototype.connected = function watched(this: Server, session: Session): void {
  sessions.add(session);
  connected.call(this, session);
};
Server.prototype.disconnected = function watched(this: Server, session: Session): void {
  sessions.delete(session);
  disconnected.call(this, session);
};

for (const name of ['setTimeout', 'setInterval'] as const) {
  const start = globalThis[name] as (...args: unknown[]) => Timer;
  const watched = (...args: unknown[]): Timer => {
    const timer = start(...args);
    timers.add(timer);
    // A test may start many timers: this set must not retain them.
    if (timers.size % 1024 === 0) forgetEnded();
    return timer;
  };
  globalThis[name] = Object.assign(watched, start) as never;
}

// Node creates these streams at their first use.
void process.stdout;
void process.stderr;

function forgetEnded(): void {
  for (const timer of timers) if (timer._destroyed === true) timers.delete(timer);
}

/** Returns the open resources, described, with the number of each. */
export function alive(): Map<string, number> {
  const found = new Map<string, number>();
  const add = (text: string, count = 1): void => void found.set(text, (found.get(text) ?? 0) + count);
  for (const text of descriptors()) add(text);
  forgetEnded();
  if (timers.size > 0) add('a timer', timers.size);
  for (const { fids, server } of sessions) add(`a session with ${fids.size} fids (backend ${server.backend.name})`);
  for (const name of process.eventNames()) add(`a listener of ${String(name)}`, process.listenerCount(name));
  // Timers are counted above, unreferenced ones too.
  for (const kind of process.getActiveResourcesInfo()) if (!/Timeout|Immediate/.test(kind)) add(`a ${kind}`);
  return found;
}

/** Descriptors of files and directories; sockets and pipes are among the resources. Linux only. */
function descriptors(): string[] {
  const dir = '/proc/self/fd';
  let names: string[];
  try {
    names = readdirSync(dir);
  } catch {
    return [];
  }
  const targets = names.map((name) => {
    try {
      return `descriptor ${name} of ${readlinkSync(`${dir}/${name}`)}`;
    } catch {
      return ''; // the one of the listing itself
    }
  });
  return targets.filter((text) => / of \//.test(text));
}

/** Returns the resources that are open now and were not before. */
export function left(before: Map<string, number>): string[] {
  const more = [...alive()].map(([text, count]) => [text, count - (before.get(text) ?? 0)] as const);
  return more.filter(([, count]) => count > 0).map(([text, count]) => (count === 1 ? text : `${count} times ${text}`));
}

async function settled(before: Map<string, number>): Promise<string[]> {
  const end = Date.now() + GRACE;
  for (;;) {
    const rest = left(before);
    if (rest.length === 0 || Date.now() > end) return rest;
    await new Promise((done) => setImmediate(done));
  }
}

type Suite = ReturnType<typeof uvu.suite>;

/** Part of the titles of the tests to run, in lower case; set by the runner. */
const wanted = (process.env.WASI9P_TEST_NAME ?? '').toLowerCase();

/** A suite with a leak check after each passed test, once the test's own hooks have run. */
function watched(suite: Suite, label = ''): Suite {
  const isWanted = (title: string): boolean => `${label}: ${title}`.toLowerCase().includes(wanted);
  const skips: string[] = [];
  let before = new Map<string, number>();
  let passed = false;
  const noting =
    (add: Suite['only']): Suite['only'] =>
    (title, run) =>
      isWanted(title) &&
      add(title, async (context) => {
        await run(context);
        passed = true;
      });
  return Object.assign(noting(suite), suite, {
    only: noting(suite.only),
    skip(title = '', reason: unknown = ''): void {
      if (!isWanted(title)) return;
      skips.push(`skipped (${typeof reason === 'string' ? reason : ''}): ${label && `${label}: `}${title}`);
      suite.skip(title);
    },
    run(): void {
      // Not before: a file that is a child process of its own test prints answers.
      for (const line of skips) console.log(line);
      suite.before.each(() => {
        passed = false;
        before = alive();
      });
      suite.after.each(async () => {
        if (!passed) return;
        passed = false;
        const rest = await settled(before);
        if (rest.length > 0) throw new Error(`the test left open: ${rest.join('; ')}`);
      });
      suite.run();
    },
  }) as Suite;
}

export const suite = ((name, context) => watched(uvu.suite(name, context) as Suite, name)) as typeof uvu.suite;
export const test: typeof uvu.test = watched(uvu.test as Suite) as typeof uvu.test;
export const { exec } = uvu;
