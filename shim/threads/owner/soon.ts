// Calls a function when the event loop has done what waits now.

type Schedule = (act: () => void) => void;

/** `setImmediate`, or a message to oneself, where that is missing. */
export const soon: Schedule = (globalThis as { setImmediate?: Schedule }).setImmediate ?? byMessage;

function byMessage(act: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.addEventListener('message', () => {
    // An open port would keep the process alive.
    port1.close();
    act();
  });
  port1.start();
  port2.postMessage(0);
}
