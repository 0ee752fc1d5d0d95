// A client in another thread of this process, as it introduces itself to a service: by a message on the port that the two
// threads share.

/** Index of the word that counts the replies, so that the client can wait for the next one. */
export const REPLIES = 0;
/** Index of the word that is 1 when the session is over. */
export const OVER = 1;
/** The number of words. */
export const WORDS = 2;

/** The message of a new client. The ports are MessagePorts. */
export interface ThreadClient<Port> {
  /** Carries a frame a message, both ways. */
  readonly frames: Port;
  /** Carries nothing: it is closed with either thread. */
  readonly life: Port;
  /** Shared memory: see above. */
  readonly words: Int32Array;
}

/** True if a message has the form of one. */
export function isThreadClient(message: unknown): message is ThreadClient<object> {
  const { frames, life, words } = Object(message) as Partial<ThreadClient<object>>;
  return isPort(frames) && isPort(life) && words instanceof Int32Array && words.length >= WORDS;
}

function isPort(value: unknown): boolean {
  return typeof (value as { postMessage?: unknown } | undefined | null)?.postMessage === 'function';
}
