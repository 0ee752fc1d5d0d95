// The type of the option `worker`: a file of its own, because declarations that lead to types of the DOM need its library.

/** A worker of the platform: one of Node's worker_threads, or one of a browser. */
export interface AnyWorker {
  postMessage(message: unknown): void;
  terminate(): unknown;
}
