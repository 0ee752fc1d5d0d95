// Accepts clients in other threads: each introduces itself by a message on the port that its thread got.
import { OVER, REPLIES, isThreadClient } from '../lib/thread-client.ts';
import type { Attached } from './carrier.ts';
import { listenTo, type Port } from './port-carrier.ts';

/** A port at which clients are accepted. */
export interface Accepting {
  /** Accepts no more: the port is closed. The sessions go on. May be called again. */
  close(): void;
}

/** Serves a client on a port. Null if it is refused: the port is closed then. */
type Attach = (port: Port) => Attached | null;

/**
 * Listens to a port until it is closed, from either side.
 * @param ended Called once, when it is.
 */
export function listenAtPort(port: Port, attach: Attach, ended: (listener: Accepting) => void): Accepting {
  let isOpen = true;
  const listener: Accepting = {
    close() {
      if (!isOpen) return;
      isOpen = false;
      port.close?.();
      ended(listener);
    },
  };
  const accept = (message: unknown): void => {
    // Any other message does not come from a PortWire.
    if (!isOpen || !isThreadClient(message)) return listener.close();
    const { frames, life, words } = message as { frames: Port; life: Port; words: Int32Array };
    const attached = attach(counting(frames, words));
    const over = (): void => {
      life.close?.();
      Atomics.store(words, OVER, 1);
      wake(words);
    };
    if (attached === null) return over();
    life.addEventListener?.('close', () => attached.close());
    life.start?.();
    void attached.closed.then(over);
  };
  listenTo(port, accept, () => listener.close());
  return listener;
}

/** A port that wakes the client after each reply. */
function counting(port: Port, words: Int32Array): Port {
  return {
    postMessage(message, transfer) {
      port.postMessage(message, transfer);
      wake(words);
    },
    addEventListener: (type, act) => port.addEventListener?.(type, act),
    start: () => port.start?.(),
    close: () => port.close?.(),
  };
}

function wake(words: Int32Array): void {
  Atomics.add(words, REPLIES, 1);
  Atomics.notify(words, REPLIES);
}
