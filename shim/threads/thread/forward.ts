// A thread's side of the slots: forwards a call to the owner of the process and waits for the answer.
import { ARGUMENTS, ASLEEP, BELL, CALL, RESULT, STATE, slotAt } from '../slots.ts';

/** Forwards the calls of one thread. */
export class Forwarder {
  /** True once the process is over. */
  isOver = false;
  private readonly words: Int32Array;
  private readonly at: number;
  private readonly wake: () => void;
  /** Makes the call fd_read on a descriptor of the host. */
  read: (fd: number, args: readonly number[]) => number = () => 0;

  /** @param wake Sends the owner a message. */
  constructor(words: Int32Array, slot: number, wake: () => void) {
    this.words = words;
    this.at = slotAt(slot);
    this.wake = wake;
  }

  /** Makes a call and returns its result; 0 once the process is over. */
  call(number: number, args: readonly number[]): number {
    const { words, at } = this;
    words[at + CALL] = number;
    for (let i = 0; i < args.length; i++) words[at + ARGUMENTS + i] = args[i]!;
    for (let from = STATE.IDLE; ; from = STATE.AGAIN) {
      // A store would undo the end of the process.
      if (Atomics.compareExchange(words, at, from, STATE.REQUEST) !== (from as number)) break;
      this.ring();
      let state;
      do Atomics.wait(words, at, STATE.REQUEST);
      while ((state = Atomics.load(words, at)) === STATE.REQUEST);
      if (state === STATE.REPLY || state === STATE.READ) {
        const result = words[at + RESULT]!;
        if (Atomics.compareExchange(words, at, state, STATE.IDLE) !== (state as number)) break;
        return state === STATE.READ ? this.read(result, args) : result;
      }
      if (state !== STATE.AGAIN) break;
      Atomics.wait(words, at, STATE.AGAIN, words[at + RESULT]! / 1000);
    }
    this.isOver = true;
    return 0;
  }

  /** Tells the owner that the function of the thread has returned. */
  returned(): void {
    if (Atomics.compareExchange(this.words, this.at, STATE.IDLE, STATE.RETURNED) === STATE.IDLE) this.ring();
  }

  private ring(): void {
    const { words } = this;
    Atomics.add(words, BELL, 1);
    Atomics.notify(words, BELL);
    if (Atomics.exchange(words, ASLEEP, 0) === 1) this.wake();
  }
}
