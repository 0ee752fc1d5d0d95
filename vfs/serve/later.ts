// Calls a function after what the event loop has to do already.

/** setImmediate of Node; a browser has timers only. */
export const later: (act: () => void) => void =
  (globalThis as { setImmediate?: (act: () => void) => void }).setImmediate ?? ((act) => void setTimeout(act, 0));
