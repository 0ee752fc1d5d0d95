// Looks from time to time whether another process has unlocked what requests wait for: the kernel can only tell a thread
// that it stops.
import type { Inode } from '../../backend/inode.ts';
import { retryAll, waitersOf } from './locks.ts';

/** Milliseconds between two looks: at first, and after a while. */
const FIRST = 1;
const LAST = 20;

interface Poll {
  timer: ReturnType<typeof setTimeout> | undefined;
  delay: number;
}

const polls = new Map<Inode, Poll>();

/** Lets the requests that wait for locks of a file try again soon. */
export function poll(inode: Inode): void {
  let it = polls.get(inode);
  if (it === undefined) polls.set(inode, (it = { timer: undefined, delay: FIRST }));
  it.timer ??= setTimeout(look, it.delay, inode, it);
}

function look(inode: Inode, it: Poll): void {
  it.timer = undefined;
  it.delay = Math.min(it.delay * 2, LAST);
  retryAll(inode);
  settlePoll(inode);
}

/** Ends the looks at a file for which no request waits. */
export function settlePoll(inode: Inode): void {
  const it = polls.get(inode);
  if (it === undefined || waitersOf(inode).length > 0) return;
  clearTimeout(it.timer);
  polls.delete(inode);
}
